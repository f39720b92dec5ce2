//! Keys at their limits: ends, networks, reach, rolling, and what is said of one that leaked.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::key_service::KEY_LIFE_MAX;
use super::{
    AccountError, Accounts, ApiKeyRecord, KeyEdit, KeyMaker, KeyPrincipal, LeakQuestion, NETWORKS_MAX, Networks, NewKey,
    OVERLAP_DEFAULT, OVERLAP_MAX, PlainKey, Settings,
};
use crate::db::tests::scratch::{NOON, ScratchDb, at};
use crate::db::{DeedKind, KeyDeed, NewAnalysis, NewEndpoint, Origin};
use crate::domain::{
    AgencyId, AnalysisId, AnalysisState, ApiKeyId, EndpointId, KeyMode, ManualClock, Product, Scope, ScopeSet, Timestamp,
};
use crate::vault::{KeyRing, Vault};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MILLI: Duration = Duration::from_millis(1);

struct House {
    scratch: ScratchDb,
    clock: Arc<ManualClock>,
    accounts: Accounts,
    agency: AgencyId,
}

impl House {
    async fn open() -> Self {
        let scratch = ScratchDb::open().await;
        let clock = ManualClock::starting_at(NOON);
        let settings = Settings { bcrypt_cost: 4, ..Settings::default() };
        let accounts = Accounts::with_settings(scratch.db.clone(), Vault::new(KeyRing::generate()), clock.clone(), settings);
        let agency = accounts.create_agency("Studio Süd").await.unwrap();
        Self { scratch, clock, accounts, agency }
    }

    async fn make(&self, new: NewKey) -> Result<(PlainKey, ApiKeyRecord), AccountError> {
        self.accounts.make_api_key(&self.agency, new, &KeyMaker::Operator).await
    }

    async fn key(&self, scopes: &[Scope], mode: KeyMode) -> (PlainKey, ApiKeyRecord) {
        self.make(NewKey { mode, ..new(scopes) }).await.unwrap()
    }

    async fn made_by(&self, maker: &KeyMaker, scopes: &[Scope], mode: KeyMode) -> Result<ApiKeyRecord, AccountError> {
        let made = self.accounts.make_api_key(&self.agency, NewKey { mode, ..new(scopes) }, maker).await;
        made.map(|(_, record)| record)
    }

    async fn shown(&self, key: &PlainKey) -> Result<KeyPrincipal, AccountError> {
        self.accounts.authenticate_key(key.reveal(), None).await
    }

    async fn from(&self, key: &PlainKey, address: &str) -> Result<KeyPrincipal, AccountError> {
        let address: IpAddr = address.parse().unwrap();
        self.accounts.authenticate_key(key.reveal(), Some(address)).await
    }

    async fn maker(&self, key: &PlainKey) -> KeyMaker {
        KeyMaker::Key(self.shown(key).await.unwrap())
    }

    async fn roll(&self, key: &ApiKeyId, overlap: Duration) -> Result<(PlainKey, ApiKeyRecord), AccountError> {
        self.accounts.roll_api_key(&self.agency, key, overlap, &KeyMaker::Operator).await
    }

    async fn analysis(&self, key: &ApiKeyId, created_at: Timestamp) -> AnalysisId {
        let new = NewAnalysis {
            id: AnalysisId::generate(created_at),
            origin: Origin::ApiKey(key.clone()),
            product: Product::Snapshot,
            previews: true,
            reference_sealed: None,
            reference_digest: None,
            life_ms: 1_000,
            photos: vec![1],
            state: AnalysisState::Processing,
            retry_of: None,
            lease_owner: "n".to_owned(),
            lease_until: created_at.plus(DAY),
            created_at,
        };
        let id = new.id.clone();
        self.scratch.db.as_agency(&self.agency).write(move |tx| tx.insert_analysis(&new)).await.unwrap();
        id
    }

    async fn endpoint(&self, key: &ApiKeyId) -> EndpointId {
        let now = crate::domain::Clock::now(&*self.clock);
        let new = NewEndpoint {
            id: EndpointId::generate(now),
            api_key: key.clone(),
            url_sealed: vec![1],
            secret_sealed: vec![1],
            kinds: std::collections::BTreeSet::new(),
            created_at: now,
        };
        let id = new.id.clone();
        self.scratch.db.as_agency(&self.agency).write(move |tx| tx.insert_endpoint(&new)).await.unwrap();
        id
    }

    async fn did(&self, key: &ApiKeyId, since: Option<Timestamp>) -> Vec<(DeedKind, String)> {
        let question = LeakQuestion { since, after: None, limit: 200 };
        let report = self.accounts.key_activity(&self.agency, key, question).await.unwrap();
        report.deeds.into_iter().map(|deed| (deed.kind, deed.id)).collect()
    }
}

fn new(scopes: &[Scope]) -> NewKey {
    NewKey { label: "key".to_owned(), scopes: scopes.iter().copied().collect(), ..NewKey::default() }
}

fn all() -> ScopeSet {
    Scope::AGENCY.into_iter().collect()
}

#[tokio::test]
async fn a_key_ends_on_time_and_its_end_has_limits() {
    let house = House::open().await;
    let ending = |expires_at| NewKey { expires_at: Some(expires_at), ..new(&Scope::AGENCY) };
    for past in [NOON, NOON.minus(MILLI)] {
        assert!(matches!(house.make(ending(past)).await, Err(AccountError::ExpiryInPast)));
    }
    let latest = NOON.plus(KEY_LIFE_MAX);
    assert!(matches!(house.make(ending(latest.plus(MILLI))).await, Err(AccountError::ExpiryTooFar { max_days: 731 })));
    let (_, longest) = house.make(ending(latest)).await.unwrap();
    assert_eq!(longest.expires_at, Some(latest));
    let (plain, _) = house.make(ending(NOON.plus(DAY))).await.unwrap();
    house.clock.advance(DAY - MILLI);
    house.shown(&plain).await.unwrap();
    house.clock.advance(MILLI);
    assert!(matches!(house.shown(&plain).await, Err(AccountError::KeyExpired)));
}

#[tokio::test]
async fn a_key_is_good_from_its_networks_alone_and_they_are_sealed() {
    let house = House::open().await;
    let networks = Networks::parse(&["192.0.2.0/24", "2001:db8::/32"]).unwrap();
    let (plain, made) = house.make(NewKey { networks: networks.clone(), ..new(&Scope::AGENCY) }).await.unwrap();
    for inside in ["192.0.2.9", "::ffff:192.0.2.9", "2001:db8::1"] {
        house.from(&plain, inside).await.unwrap();
    }
    for outside in ["192.0.3.9", "::1", "2001:db9::1"] {
        assert!(matches!(house.from(&plain, outside).await, Err(AccountError::KeyFromElsewhere)), "{outside}");
    }
    assert!(matches!(house.shown(&plain).await, Err(AccountError::KeyFromElsewhere)), "nobody knows from where");
    assert_eq!(house.accounts.find_api_key(&house.agency, &made.id).await.unwrap().networks, networks);
    let raw = house.scratch.raw_bytes();
    assert!(!raw.windows(9).any(|window| window == b"192.0.2.0"), "an address stands in the file");
    let texts: Vec<String> = (0..NETWORKS_MAX).map(|n| format!("10.{n}.0.0/16")).collect();
    let full = Networks::parse(&texts).unwrap();
    let edit = KeyEdit { networks: Some(full), ..KeyEdit::default() };
    let edited = house.accounts.edit_api_key(&house.agency, &made.id, edit, &KeyMaker::Operator).await.unwrap();
    assert_eq!(edited.networks.texts().len(), 16);
    assert!(matches!(house.from(&plain, "192.0.2.9").await, Err(AccountError::KeyFromElsewhere)));
    let edit = KeyEdit { networks: Some(Networks::default()), ..KeyEdit::default() };
    house.accounts.edit_api_key(&house.agency, &made.id, edit, &KeyMaker::Operator).await.unwrap();
    house.shown(&plain).await.unwrap();
}

#[tokio::test]
async fn a_key_reaches_no_further_than_itself() {
    let house = House::open().await;
    let (small, small_record) = house.key(&[Scope::KeysManage, Scope::AnalysesRead], KeyMode::Live).await;
    let (_, strong) = house.key(&Scope::AGENCY, KeyMode::Live).await;
    let (test, test_record) = house.key(&Scope::AGENCY, KeyMode::Test).await;
    let (by_small, by_test) = (house.maker(&small).await, house.maker(&test).await);
    let refused = house.made_by(&by_small, &Scope::AGENCY, KeyMode::Live).await;
    assert!(matches!(refused, Err(AccountError::ScopeBeyond(Scope::AnalysesWrite))), "{refused:?}");
    let made = house.made_by(&by_small, &[Scope::AnalysesRead], KeyMode::Live).await.unwrap();
    assert_eq!((made.created_by, made.created_by_key), (None, Some(small_record.id.clone())));
    house.made_by(&by_small, &[Scope::AnalysesRead], KeyMode::Test).await.unwrap();
    assert!(matches!(house.made_by(&by_test, &[Scope::AnalysesRead], KeyMode::Live).await, Err(AccountError::OnlyTestKeys)));
    house.made_by(&by_test, &Scope::AGENCY, KeyMode::Test).await.unwrap();

    // Nor would a new text of a stronger key, or wider networks of it, be a way around.
    let (accounts, agency) = (&house.accounts, &house.agency);
    let roll = accounts.roll_api_key(agency, &strong.id, OVERLAP_DEFAULT, &by_small).await;
    assert!(matches!(roll, Err(AccountError::ScopeBeyond(_))));
    let edit = accounts.edit_api_key(agency, &strong.id, KeyEdit::default(), &by_small).await;
    assert!(matches!(edit, Err(AccountError::ScopeBeyond(_))));
    let roll = accounts.roll_api_key(agency, &strong.id, OVERLAP_DEFAULT, &by_test).await;
    assert!(matches!(roll, Err(AccountError::OnlyTestKeys)));
    let (itself, _) = accounts.roll_api_key(agency, &test_record.id, OVERLAP_DEFAULT, &by_test).await.unwrap();
    assert!(itself.reveal().starts_with("ps_test_"), "a rolled test key is a test key");
}

#[tokio::test]
async fn a_rolled_key_is_one_key_with_two_texts_until_the_overlap_ends() {
    let house = House::open().await;
    let (old, made) = house.key(&Scope::AGENCY, KeyMode::Live).await;
    let endpoint = house.endpoint(&made.id).await;
    let too_long = house.roll(&made.id, OVERLAP_MAX + MILLI).await;
    assert!(matches!(too_long, Err(AccountError::OverlapTooLong { max_secs: 604_800 })));
    let (new, rolled) = house.roll(&made.id, OVERLAP_MAX).await.unwrap();
    let ends = NOON.plus(OVERLAP_MAX);
    assert_eq!((&rolled.id, &rolled.scopes, rolled.previous_ends_at), (&made.id, &all(), Some(ends)));
    assert_ne!(rolled.prefix, made.prefix);
    house.clock.advance(OVERLAP_MAX - MILLI);
    let by_old = house.shown(&old).await.unwrap();
    let by_new = house.shown(&new).await.unwrap();
    assert_eq!((&by_old.key, by_old.text_ends_at), (&made.id, Some(ends)));
    assert_eq!((&by_new.key, by_new.text_ends_at), (&made.id, None));
    house.clock.advance(MILLI);
    assert!(matches!(house.shown(&old).await, Err(AccountError::KeyExpired)));
    house.shown(&new).await.unwrap();
    let (agency, key) = (&house.agency, made.id.clone());
    let endpoints = house.scratch.db.as_agency(agency).read(move |tx| tx.list_endpoints(&key)).await.unwrap();
    assert_eq!((endpoints.len(), &endpoints[0].id), (1, &endpoint), "endpoints stay");

    // Without an overlap the old text ends at once, and of three texts the oldest is nobody's.
    let (newer, _) = house.roll(&made.id, Duration::ZERO).await.unwrap();
    assert!(matches!(house.shown(&new).await, Err(AccountError::KeyExpired)));
    assert!(matches!(house.shown(&old).await, Err(AccountError::UnknownKey)));
    let raw = house.scratch.raw_bytes();
    let holds = |text: &str| raw.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(![&old, &new, &newer].into_iter().any(|key| holds(key.reveal())), "hashes alone are stored");

    // Revoked is revoked, whichever text is shown.
    let (newest, _) = house.roll(&made.id, DAY).await.unwrap();
    house.accounts.revoke_api_key(agency, &made.id).await.unwrap();
    for text in [&newer, &newest] {
        assert!(matches!(house.shown(text).await, Err(AccountError::KeyRevoked)));
    }
    assert!(matches!(house.roll(&made.id, DAY).await, Err(AccountError::KeyEnded)));
}

#[tokio::test]
async fn what_has_ended_is_not_rolled_and_an_end_can_be_moved() {
    let house = House::open().await;
    let (plain, made) = house.make(NewKey { expires_at: Some(at(60)), ..new(&Scope::AGENCY) }).await.unwrap();
    let (accounts, agency, by) = (&house.accounts, &house.agency, &KeyMaker::Operator);
    house.clock.advance(Duration::from_secs(60));
    assert!(matches!(house.roll(&made.id, DAY).await, Err(AccountError::KeyEnded)));
    let ending = |expires_at| KeyEdit { expires_at: Some(expires_at), ..KeyEdit::default() };
    let past = accounts.edit_api_key(agency, &made.id, ending(Some(at(60))), by).await;
    assert!(matches!(past, Err(AccountError::ExpiryInPast)));
    let edited = accounts.edit_api_key(agency, &made.id, ending(Some(at(61))), by).await.unwrap();
    assert_eq!(edited.expires_at, Some(at(61)));
    house.shown(&plain).await.unwrap();
    let label = KeyEdit { label: Some(" till ".to_owned()), ..ending(None) };
    let edited = accounts.edit_api_key(agency, &made.id, label, by).await.unwrap();
    assert_eq!((edited.label.as_str(), edited.expires_at), ("till", None));
    let long = KeyEdit { label: Some("x".repeat(101)), ..KeyEdit::default() };
    assert!(matches!(accounts.edit_api_key(agency, &made.id, long, by).await, Err(AccountError::NameLength { max: 100 })));
    accounts.revoke_api_key(agency, &made.id).await.unwrap();
    assert!(matches!(accounts.edit_api_key(agency, &made.id, ending(None), by).await, Err(AccountError::KeyEnded)));
}

#[tokio::test]
async fn another_agencys_key_is_nobodys() {
    let house = House::open().await;
    let (plain, made) = house.key(&Scope::AGENCY, KeyMode::Live).await;
    let stranger = house.accounts.create_agency("Neighbor").await.unwrap();
    let (accounts, id, by) = (&house.accounts, &made.id, &KeyMaker::Operator);
    let question = || LeakQuestion { since: None, after: None, limit: 1 };
    let refused = [
        accounts.find_api_key(&stranger, id).await.err(),
        accounts.edit_api_key(&stranger, id, KeyEdit::default(), by).await.err(),
        accounts.roll_api_key(&stranger, id, DAY, by).await.err(),
        accounts.revoke_api_key(&stranger, id).await.err(),
        accounts.report_leak(&stranger, id, question()).await.err(),
        accounts.key_activity(&stranger, id, question()).await.err(),
        accounts.undestroyed_of_key(&stranger, id, None, 9).await.err(),
    ];
    for (number, error) in refused.iter().enumerate() {
        assert!(matches!(error, Some(AccountError::NoSuchKey)), "{number}: {error:?}");
    }
    house.shown(&plain).await.unwrap();
}

#[tokio::test]
async fn no_slip_in_a_key_of_either_kind_reaches_the_database() {
    // There is no table: whoever asks the database hears of it.
    let scratch = ScratchDb::unmigrated();
    let clock = ManualClock::starting_at(NOON);
    let accounts = Accounts::new(scratch.db.clone(), Vault::new(KeyRing::generate()), clock);
    for mode in KeyMode::ALL {
        let plain = PlainKey::generate(mode);
        assert!(matches!(accounts.authenticate_key(plain.reveal(), None).await, Err(AccountError::Db(_))));
        for place in 0..plain.reveal().len() {
            let mut slip = plain.reveal().as_bytes().to_vec();
            slip[place] = if slip[place] == b'x' { b'y' } else { b'x' };
            let slip = String::from_utf8(slip).unwrap();
            let refused = accounts.authenticate_key(&slip, None).await;
            assert!(matches!(refused, Err(AccountError::MalformedKey)), "{mode}, character {place}: {refused:?}");
        }
    }
}

#[tokio::test]
async fn a_leak_ends_the_key_and_tells_what_it_did_page_by_page() {
    let house = House::open().await;
    let (plain, made) = house.key(&Scope::AGENCY, KeyMode::Live).await;
    let (_, other) = house.key(&Scope::AGENCY, KeyMode::Live).await;
    house.analysis(&other.id, at(1)).await;
    let mut expected = Vec::new();
    // Three of the same moment, so that pages end between them.
    for secs in [1, 5, 5, 5, 9] {
        expected.push((DeedKind::AnalysisMade, house.analysis(&made.id, at(secs)).await.to_string()));
    }
    expected[1..4].sort();
    house.clock.advance(Duration::from_secs(5));
    let endpoint = house.endpoint(&made.id).await;
    let by = house.maker(&plain).await;
    let (_, child) = house.accounts.make_api_key(&house.agency, new(&[Scope::AnalysesRead]), &by).await.unwrap();
    expected.insert(4, (DeedKind::EndpointMade, endpoint.to_string()));
    expected.insert(5, (DeedKind::KeyMade, child.id.to_string()));

    let (mut after, mut told, mut pages) = (None, Vec::new(), 0);
    loop {
        let question = LeakQuestion { since: None, after: after.take(), limit: 2 };
        let report = house.accounts.report_leak(&house.agency, &made.id, question).await.unwrap();
        assert_eq!((report.key.revoked_at, report.paused.as_slice()), (Some(at(5)), std::slice::from_ref(&endpoint)));
        assert!(report.deeds.len() <= 2);
        pages += 1;
        told.extend(report.deeds.iter().map(|deed| (deed.kind, deed.id.clone())));
        after = report.next_cursor().map(|cursor| super::parse_cursor(&cursor).unwrap());
        if !report.has_more {
            assert_eq!(after, None::<KeyDeed>);
            break;
        }
    }
    assert_eq!((pages, &told), (4, &expected));
    assert!(matches!(house.shown(&plain).await, Err(AccountError::KeyRevoked)));
    assert_eq!(house.did(&made.id, Some(at(5))).await, expected[1..]);
    assert_eq!(house.did(&made.id, Some(at(5).plus(MILLI))).await, expected[6..]);
    assert_eq!(house.did(&made.id, Some(at(10))).await, []);
    let left = house.accounts.undestroyed_of_key(&house.agency, &made.id, Some(at(5)), 3).await.unwrap();
    assert_eq!(left.len(), 4, "one more than asked for says that there is more");
    let left = house.accounts.undestroyed_of_key(&house.agency, &made.id, None, 20).await.unwrap();
    assert_eq!(left.len(), 5);
}

#[tokio::test]
async fn what_a_test_key_makes_is_a_test_and_nothing_else_is() {
    let house = House::open().await;
    for (mode, is_test) in [(KeyMode::Live, false), (KeyMode::Test, true)] {
        let (_, key) = house.key(&Scope::AGENCY, mode).await;
        let analysis = house.analysis(&key.id, NOON).await;
        let found = house.scratch.db.as_agency(&house.agency).read(move |tx| tx.find_analysis(&analysis)).await.unwrap();
        assert_eq!((found.unwrap().is_test, key.mode), (is_test, mode));
    }
}
