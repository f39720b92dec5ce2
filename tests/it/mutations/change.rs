//! Seeded damage to files: the same seed, the same damage.

/// Small numbers for a seed (SplitMix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    }

    /// 0..most.
    pub fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }

    fn byte(&mut self) -> u8 {
        self.next() as u8
    }
}

/// A way to break a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// One to eight bits turned over, anywhere.
    BitFlips,
    /// One to eight bits turned over among the first 400 bytes.
    HeaderFlips,
    /// A length, offset or count of two or four bytes replaced by one that lies.
    Lie,
    /// Bytes put in.
    Insertion,
    /// Bytes taken out.
    Deletion,
    /// A stretch of another file laid over.
    Splice,
    /// A stretch of the file itself put in again.
    Repetition,
    /// The end cut off.
    Cut,
    /// As bit flips, with every checksum of a PNG made right again.
    MendedFlips,
}

impl Change {
    pub const ALL: [Self; 9] = [
        Self::BitFlips,
        Self::HeaderFlips,
        Self::Lie,
        Self::Insertion,
        Self::Deletion,
        Self::Splice,
        Self::Repetition,
        Self::Cut,
        Self::MendedFlips,
    ];

    /// The file, broken.
    pub fn apply(self, file: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
        let mut bytes = file.to_vec();
        match self {
            Self::BitFlips => flip(&mut bytes, file.len(), dice),
            Self::HeaderFlips => flip(&mut bytes, 400, dice),
            Self::Lie => lie(&mut bytes, dice),
            Self::Insertion => {
                let (at, count) = (dice.below(bytes.len()), 1 + dice.below(64));
                let value = dice.byte();
                let new: Vec<u8> = (0..count).map(|_| if value < 128 { dice.byte() } else { value }).collect();
                bytes.splice(at..at, new);
            }
            Self::Deletion => {
                let at = dice.below(bytes.len());
                let end = (at + 1 + dice.below(64)).min(bytes.len());
                bytes.drain(at..end);
            }
            Self::Splice => {
                let (from, to) = (dice.below(other.len()), dice.below(bytes.len()));
                let count = (1 + dice.below(600)).min(other.len() - from).min(bytes.len() - to);
                bytes[to..to + count].copy_from_slice(&other[from..from + count]);
            }
            Self::Repetition => {
                let (from, to) = (dice.below(bytes.len()), dice.below(bytes.len()));
                let end = (from + 1 + dice.below(600)).min(bytes.len());
                let stretch = bytes[from..end].to_vec();
                bytes.splice(to..to, stretch);
            }
            Self::Cut => bytes.truncate(1 + dice.below(file.len())),
            Self::MendedFlips => {
                flip(&mut bytes, 400, dice);
                mend(&mut bytes);
            }
        }
        bytes
    }
}

fn flip(bytes: &mut [u8], within: usize, dice: &mut Dice) {
    let within = within.min(bytes.len());
    for _ in 0..=dice.below(8) {
        let at = dice.below(within);
        bytes[at] ^= 1 << dice.below(8);
    }
}

/// Numbers that make readers stumble, in either byte order, two or four bytes long; mostly near the beginning.
fn lie(bytes: &mut [u8], dice: &mut Dice) {
    const NUMBERS: [u32; 12] =
        [0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0x0001_0000, 0x00ff_ffff, 0x7fff_ffff, 0xffff_fffe, 0xffff_ffff];
    for _ in 0..=dice.below(3) {
        let within = if dice.below(4) > 0 { 400 } else { bytes.len() };
        let at = dice.below(within.min(bytes.len()));
        let number = NUMBERS[dice.below(NUMBERS.len())];
        let value = match dice.below(4) {
            0 => number.to_le_bytes().to_vec(),
            1 => number.to_be_bytes().to_vec(),
            2 => (number as u16).to_le_bytes().to_vec(),
            _ => (number as u16).to_be_bytes().to_vec(),
        };
        let end = (at + value.len()).min(bytes.len());
        bytes[at..end].copy_from_slice(&value[..end - at]);
    }
}

/// Makes the checksum of every chunk of a PNG right; other files stay as they are.
fn mend(bytes: &mut [u8]) {
    let mut at = 8;
    while bytes.starts_with(b"\x89PNG") && at + 12 <= bytes.len() {
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let Some(end) = at.checked_add(8 + length).filter(|end| end + 4 <= bytes.len()) else { return };
        let sum = crc32fast::hash(&bytes[at + 4..end]).to_be_bytes();
        bytes[end..end + 4].copy_from_slice(&sum);
        at = end + 4;
    }
}
