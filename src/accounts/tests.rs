//! Coming in by password, by cookie and by key.

use std::sync::Arc;
use std::time::Duration;

use super::{AccountError, Accounts, Credentials, Founding, Settings, UserPrincipal};
use crate::db::NewApiKey;
use crate::db::tests::scratch::{NOON, ScratchDb, at};
use crate::domain::{AgencyId, ApiKeyId, Clock, ManualClock, Role, Scope, ScopeSet, UserId};
use crate::vault::{KeyRing, Vault, sha256};

const MINUTE: Duration = Duration::from_secs(60);
const PASSWORD: &str = "a long enough password";
const OLD: &str = "old:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
const NEW: &str = "new:YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI=";

struct House {
    scratch: ScratchDb,
    clock: Arc<ManualClock>,
    accounts: Accounts,
}

fn accounts_of(scratch: &ScratchDb, clock: &Arc<ManualClock>, ring: &[&str]) -> Accounts {
    let vault = Vault::new(KeyRing::parse(&ring.join("\n")).unwrap());
    let settings = Settings { bcrypt_cost: 4, ..Settings::default() };
    Accounts::with_settings(scratch.db.clone(), vault, clock.clone(), settings)
}

impl House {
    async fn open() -> Self {
        let scratch = ScratchDb::open().await;
        let clock = ManualClock::starting_at(NOON);
        let accounts = accounts_of(&scratch, &clock, &[OLD]);
        Self { scratch, clock, accounts }
    }

    async fn with_owner() -> (Self, AgencyId, UserId) {
        let house = Self::open().await;
        let agency = house.accounts.create_agency(" Studio Süd ").await.unwrap();
        let owner = house.accounts.create_user(Some(&agency), Role::Owner, "ada@example.com", PASSWORD).await.unwrap();
        (house, agency, owner)
    }
}

fn all_scopes() -> ScopeSet {
    Scope::AGENCY.into_iter().collect()
}

#[tokio::test]
async fn the_first_start_founds_the_house_once() {
    let house = House::open().await;
    let founding = Founding {
        agency_name: "Studio Süd",
        owner: Credentials { email: "owner@localhost", password: PASSWORD },
        admin: Credentials { email: "admin@localhost", password: PASSWORD },
    };
    assert!(house.accounts.is_empty().await.unwrap());
    let made = house.accounts.found(&founding).await.unwrap().unwrap();
    assert_eq!(house.accounts.found(&founding).await.unwrap(), None);
    assert_eq!(house.accounts.agency_name(&made.agency).await.unwrap(), "Studio Süd");
    let owner = house.accounts.sign_in("owner@localhost", PASSWORD).await.unwrap().principal;
    assert_eq!((owner.user, owner.agency, owner.role), (made.owner, Some(made.agency), Role::Owner));
    let admin = house.accounts.sign_in("admin@localhost", PASSWORD).await.unwrap().principal;
    assert_eq!((admin.user, admin.agency, admin.role), (made.admin, None, Role::Admin));
    assert!(!format!("{founding:?}").contains(PASSWORD));
}

#[tokio::test]
async fn nothing_that_must_be_sealed_is_in_the_file_in_clear() {
    let (house, agency, _) = House::with_owner().await;
    let (plain, _) = house.accounts.create_api_key(&agency, "the studio's key", all_scopes(), None).await.unwrap();
    let token = house.accounts.sign_in("ada@example.com", PASSWORD).await.unwrap().token;
    let raw = house.scratch.raw_bytes();
    let holds = |text: &str| raw.windows(text.len()).any(|window| window == text.as_bytes());
    for secret in ["Studio Süd", "ada@example.com", PASSWORD, "the studio's key", plain.reveal(), token.reveal()] {
        assert!(!holds(secret), "{secret}");
    }
    assert!(holds("$2b$04$"), "the search can find what is there");
}

#[tokio::test]
async fn people_are_refused_with_the_reason() {
    let (house, agency, _) = House::with_owner().await;
    let create = |agency: Option<AgencyId>, role, email: &'static str, password: &'static str| {
        let accounts = house.accounts.clone();
        async move { accounts.create_user(agency.as_ref(), role, email, password).await.unwrap_err() }
    };
    let ours = Some(agency);
    assert!(matches!(create(ours.clone(), Role::Owner, " ADA@example.com", PASSWORD).await, AccountError::MailAddressTaken));
    assert!(matches!(create(ours.clone(), Role::Member, "not an address", PASSWORD).await, AccountError::NotAMailAddress));
    assert!(matches!(create(ours.clone(), Role::Member, "b@example.com", "short").await, AccountError::PasswordTooShort { .. }));
    assert!(matches!(create(None, Role::Member, "b@example.com", PASSWORD).await, AccountError::RoleAndAgency));
    assert!(matches!(create(ours, Role::Admin, "b@example.com", PASSWORD).await, AccountError::RoleAndAgency));
    let nowhere = Some(AgencyId::generate(NOON));
    assert!(matches!(create(nowhere, Role::Member, "b@example.com", PASSWORD).await, AccountError::NoSuchAgency));
    assert!(matches!(house.accounts.create_agency("  ").await, Err(AccountError::NameLength { .. })));
}

#[tokio::test]
async fn an_unknown_address_costs_the_same_work_counts_the_same_and_hears_the_same() {
    let (house, _, _) = House::with_owner().await;
    for email in ["ada@example.com", "nobody@example.com", "not an address"] {
        for _ in 0..5 {
            let before = house.accounts.hash_count();
            let refused = house.accounts.sign_in(email, "the wrong password").await.unwrap_err();
            assert!(matches!(refused, AccountError::WrongCredentials), "{email}: {refused}");
            assert_eq!(house.accounts.hash_count() - before, 1, "{email}");
        }
        house.clock.advance(MINUTE);
        let before = house.accounts.hash_count();
        let refused = house.accounts.sign_in(email, PASSWORD).await.unwrap_err();
        let AccountError::TooManyAttempts { retry_after } = refused else { panic!("{email}: {refused}") };
        assert_eq!(retry_after, MINUTE * 14);
        assert_eq!(house.accounts.hash_count(), before);
    }
}

#[tokio::test]
async fn the_right_password_is_let_in_again_after_the_window_and_forgets_the_count() {
    let (house, _, _) = House::with_owner().await;
    for _ in 0..5 {
        house.accounts.sign_in("ada@example.com", "the wrong password").await.unwrap_err();
    }
    assert!(matches!(house.accounts.sign_in("ada@example.com", PASSWORD).await, Err(AccountError::TooManyAttempts { .. })));
    house.clock.advance(MINUTE * 15);
    for _ in 0..9 {
        house.accounts.sign_in(" Ada@Example.com", PASSWORD).await.unwrap();
    }
}

#[tokio::test]
async fn many_wrong_passwords_at_once_do_not_slip_past_the_limit() {
    let (house, _, _) = House::with_owner().await;
    let before = house.accounts.hash_count();
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let accounts = house.accounts.clone();
            tokio::spawn(async move { accounts.sign_in("ada@example.com", "the wrong password").await })
        })
        .collect();
    for attempt in tries {
        attempt.await.unwrap().unwrap_err();
    }
    assert_eq!(house.accounts.hash_count() - before, 5);
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_when_its_day_is_over() {
    let (house, agency, owner) = House::with_owner().await;
    let signed_in = house.accounts.sign_in("ada@example.com", PASSWORD).await.unwrap();
    let resume = || house.accounts.resume(signed_in.token.reveal());
    let UserPrincipal { user, agency: of, role, .. } = resume().await.unwrap();
    assert_eq!((user, of, role), (owner, Some(agency), Role::Owner));
    assert_eq!(resume().await.unwrap().csrf, signed_in.principal.csrf);
    // Used every 119 minutes it lives on, until 24 hours are over.
    for _ in 0..12 {
        house.clock.advance(MINUTE * 119);
        resume().await.unwrap();
    }
    house.clock.advance(MINUTE * 11);
    resume().await.unwrap();
    house.clock.advance(MINUTE);
    assert!(matches!(resume().await, Err(AccountError::NoSession)), "24 hours after {}", house.clock.now());

    let second = house.accounts.sign_in("ada@example.com", PASSWORD).await.unwrap();
    assert_ne!(second.principal.csrf, signed_in.principal.csrf);
    house.clock.advance(MINUTE * 120);
    assert!(matches!(house.accounts.resume(second.token.reveal()).await, Err(AccountError::NoSession)), "idle for 2 hours");
}

#[tokio::test]
async fn signing_out_and_being_disabled_end_a_session() {
    let (house, _, _) = House::with_owner().await;
    let first = house.accounts.sign_in("ada@example.com", PASSWORD).await.unwrap().token;
    let second = house.accounts.sign_in("ada@example.com", PASSWORD).await.unwrap().token;
    house.accounts.sign_out(first.reveal()).await.unwrap();
    house.accounts.sign_out(first.reveal()).await.unwrap();
    assert!(matches!(house.accounts.resume(first.reveal()).await, Err(AccountError::NoSession)));
    assert!(matches!(house.accounts.resume("").await, Err(AccountError::NoSession)));
    house.accounts.resume(second.reveal()).await.unwrap();
    house.scratch.run_sql("UPDATE users SET disabled_at = 1").await;
    assert!(matches!(house.accounts.resume(second.reveal()).await, Err(AccountError::NoSession)));
    assert!(matches!(house.accounts.sign_in("ada@example.com", PASSWORD).await, Err(AccountError::WrongCredentials)));
}

#[tokio::test]
async fn people_and_names_survive_a_rotation_of_the_ring() {
    let (house, agency, _) = House::with_owner().await;
    let rotated = accounts_of(&house.scratch, &house.clock, &[NEW, OLD]);
    rotated.sign_in("ada@example.com", PASSWORD).await.unwrap();
    assert_eq!(rotated.agency_name(&agency).await.unwrap(), "Studio Süd");
    let taken = rotated.create_user(Some(&agency), Role::Member, "ada@example.com", PASSWORD).await;
    assert!(matches!(taken, Err(AccountError::MailAddressTaken)));
}

#[tokio::test]
async fn a_key_opens_its_agency_until_it_is_revoked() {
    let (house, agency, owner) = House::with_owner().await;
    let (plain, record) = house.accounts.create_api_key(&agency, " till ", all_scopes(), Some(owner)).await.unwrap();
    let principal = house.accounts.authenticate_key(plain.reveal(), None).await.unwrap();
    assert_eq!((&principal.agency, &principal.key, &principal.scopes), (&agency, &record.id, &all_scopes()));
    assert_eq!(record.label, "till");
    let listed = house.accounts.list_api_keys(&agency).await.unwrap();
    assert_eq!(listed[0], super::ApiKeyRecord { last_used_at: Some(NOON), ..record.clone() });
    assert!(plain.reveal().starts_with(&record.prefix));

    let neighbour = house.accounts.create_agency("Neighbour").await.unwrap();
    assert!(matches!(house.accounts.revoke_api_key(&neighbour, &record.id).await, Err(AccountError::NoSuchKey)));
    house.accounts.authenticate_key(plain.reveal(), None).await.unwrap();
    house.accounts.revoke_api_key(&agency, &record.id).await.unwrap();
    house.accounts.revoke_api_key(&agency, &record.id).await.unwrap();
    assert!(matches!(house.accounts.authenticate_key(plain.reveal(), None).await, Err(AccountError::KeyRevoked)));
}

#[tokio::test]
async fn a_key_past_its_day_is_refused() {
    let (house, agency, _) = House::with_owner().await;
    let plain = super::PlainKey::generate(crate::domain::KeyMode::Live);
    let new = NewApiKey {
        id: ApiKeyId::generate(NOON),
        label_sealed: vec![1],
        prefix: "ps_live_abcd".to_owned(),
        hash: sha256(plain.reveal().as_bytes()),
        scopes: all_scopes(),
        created_by: None,
        created_at: NOON,
        expires_at: Some(at(60)),
        is_test: false,
        networks_sealed: None,
        created_by_key: None,
    };
    house.scratch.db.as_agency(&agency).write(move |tx| tx.insert_api_key(&new)).await.unwrap();
    house.clock.advance(Duration::from_secs(59));
    house.accounts.authenticate_key(plain.reveal(), None).await.unwrap();
    house.clock.advance(Duration::from_secs(1));
    assert!(matches!(house.accounts.authenticate_key(plain.reveal(), None).await, Err(AccountError::KeyExpired)));
}

#[tokio::test]
async fn a_mistyped_key_is_refused_before_the_database() {
    // There is no table yet: whoever asks the database hears of it.
    let scratch = ScratchDb::unmigrated();
    let accounts = accounts_of(&scratch, &ManualClock::starting_at(NOON), &[OLD]);
    let plain = super::PlainKey::generate(crate::domain::KeyMode::Live);
    assert!(matches!(accounts.authenticate_key(plain.reveal(), None).await, Err(AccountError::Db(_))));
    let slip = plain.reveal().replacen(&plain.reveal()[20..21], if &plain.reveal()[20..21] == "x" { "y" } else { "x" }, 1);
    assert_ne!(slip, plain.reveal());
    assert!(matches!(accounts.authenticate_key(&slip, None).await, Err(AccountError::MalformedKey)));
}

#[tokio::test]
async fn keys_are_refused_with_the_reason() {
    let (house, agency, _) = House::with_owner().await;
    let create = |label: &'static str, scopes: ScopeSet| house.accounts.create_api_key(&agency, label, scopes, None);
    assert!(matches!(create("", all_scopes()).await, Err(AccountError::NameLength { .. })));
    assert!(matches!(create("key", ScopeSet::default()).await, Err(AccountError::NoScope)));
    let operator = [Scope::AdminRetention].into_iter().collect();
    assert!(matches!(create("key", operator).await, Err(AccountError::ScopeNotForAgencies(Scope::AdminRetention))));
    let nobody = super::PlainKey::generate(crate::domain::KeyMode::Live);
    assert!(matches!(house.accounts.authenticate_key(nobody.reveal(), None).await, Err(AccountError::UnknownKey)));
}
