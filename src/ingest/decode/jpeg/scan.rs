//! Entropy-coded data: where it ends, and whether its restart markers stand where they must (T.81, B.2.1, E.2.4).

/// The entropy-coded data of one scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entropy<'a> {
    /// As stored, with stuffing and restart markers, without fill bytes at its end.
    pub bytes: &'a [u8],
    /// Restart markers seen.
    pub restarts: u64,
    /// Whether the restart markers count 0..=7 round without a gap.
    pub in_order: bool,
    /// Data bits: without stuffing and restart markers.
    pub bits: u64,
}

impl<'a> Entropy<'a> {
    /// Takes the entropy-coded data that `bytes` begins with: up to the first marker that is no restart, or to the end.
    pub fn take(bytes: &'a [u8]) -> Self {
        let (mut at, mut restarts, mut in_order, mut overhead) = (0, 0u64, true, 0);
        loop {
            at += next_ff(&bytes[at..]);
            match bytes.get(at + 1) {
                Some(0) => {
                    overhead += 1;
                    at += 2;
                }
                Some(marker @ 0xd0..=0xd7) => {
                    in_order &= u64::from(marker - 0xd0) == restarts % 8;
                    restarts += 1;
                    overhead += 2;
                    at += 2;
                }
                // a fill byte: skipped if data goes on behind it, left out if the scan ends here
                Some(0xff) => {
                    let fill = bytes[at..].iter().take_while(|&&byte| byte == 0xff).count() - 1;
                    if !matches!(bytes.get(at + fill + 1), Some(0 | 0xd0..=0xd7)) {
                        break;
                    }
                    overhead += fill;
                    at += fill;
                }
                Some(_) | None => break,
            }
        }
        let at = at.min(bytes.len());
        Self { bytes: &bytes[..at], restarts, in_order, bits: (at - overhead.min(at)) as u64 * 8 }
    }
}

/// Index of the first 0xff, or the length.
fn next_ff(bytes: &[u8]) -> usize {
    let mut at = 0;
    // whole blocks first: the compiler makes vector compares of this
    for block in bytes.chunks_exact(32) {
        if block.iter().fold(false, |seen, &byte| seen | (byte == 0xff)) {
            break;
        }
        at += 32;
    }
    at + bytes[at..].iter().position(|&byte| byte == 0xff).unwrap_or(bytes.len() - at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_at_the_first_real_marker() {
        let entropy = Entropy::take(b"ab\xff\x00c\xff\xd0d\xff\xd1e\xff\xd9tail");
        assert_eq!(entropy.bytes, b"ab\xff\x00c\xff\xd0d\xff\xd1e");
        assert_eq!((entropy.restarts, entropy.in_order, entropy.bits), (2, true, 6 * 8));
    }

    #[test]
    fn notices_restarts_out_of_order() {
        assert!(!Entropy::take(b"a\xff\xd1b\xff\xd9").in_order);
        let round: Vec<u8> = (0..20u8).flat_map(|i| [0xff, 0xd0 + i % 8, 1]).collect();
        assert!(Entropy::take(&round).in_order);
    }

    #[test]
    fn a_cut_leaves_no_half_marker() {
        assert_eq!(Entropy::take(b"ab\xff").bytes, b"ab");
        assert_eq!(Entropy::take(b"ab\xff\xff\xff").bytes, b"ab");
        assert_eq!(Entropy::take(b"ab\xff\xff\xff\xd9").bytes, b"ab");
        assert_eq!(Entropy::take(b"").bytes, b"");
        assert_eq!(Entropy::take(b"a\xff\xff\x00b").bytes, b"a\xff\xff\x00b");
    }

    #[test]
    fn finds_ff_anywhere() {
        for at in 0..100 {
            let mut bytes = [7; 100];
            bytes[at] = 0xff;
            assert_eq!(next_ff(&bytes), at);
        }
        assert_eq!(next_ff(&[7; 100]), 100);
    }
}
