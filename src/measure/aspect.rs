//! The shape of a picture: its sides reduced, and the usual shape it has.

/// A shape has a name within this share of it.
const TOLERANCE: f64 = 0.01;
/// Shapes with a name, lying; standing ones are named the other way round.
const NAMED: [(u32, u32); 11] = [(1, 1), (5, 4), (4, 3), (7, 5), (3, 2), (8, 5), (5, 3), (16, 9), (2, 1), (21, 9), (3, 1)];

/// Width and height without what divides both.
pub fn reduced(width: u32, height: u32) -> (u32, u32) {
    let (mut a, mut b) = (width, height);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    (width / a.max(1), height / a.max(1))
}

/// The nearest usual shape within 1 %, such as 3 and 2, lying or standing as the picture does.
pub fn named((width, height): (u32, u32)) -> Option<(u32, u32)> {
    let shape = |(long, short): (u32, u32)| f64::from(long) / f64::from(short.max(1));
    let own = shape((width.max(height), width.min(height)));
    let apart = |name: (u32, u32)| (own / shape(name) - 1.0).abs();
    let (long, short) = NAMED.into_iter().min_by(|a, b| apart(*a).total_cmp(&apart(*b)))?;
    (apart((long, short)) <= TOLERANCE).then_some(if width >= height { (long, short) } else { (short, long) })
}
