//! Against scipy.stats.median_abs_deviation and numpy.median.

use super::photos::{made, outcome, set_of, with};
use crate::measure::Metric;
use crate::measure::set::spread::{Spread, of_values};

fn spread(floor: f64, values: &[f64]) -> Spread {
    of_values(Metric::RmsContrast, floor, (1..).zip(values.iter().copied()).collect()).unwrap()
}

#[test]
fn medians_and_scores_equal_scipys() {
    // SciPy 1.17.1, NumPy 2.4.6: 0.6745 * (x - numpy.median(x)) / median_abs_deviation(x)
    let near = |ours: f64, theirs: f64| assert!((ours - theirs).abs() < 1e-9, "{ours} {theirs}");
    let odd = spread(2.0, &[51.2, 49.8, 50.5, 52.1, 50.9, 61.7, 48.6]);
    near(odd.median, 50.9);
    near(odd.mad, 1.100_000_000_000_001_4);
    let theirs = [0.183_954_545_454_547_8, -0.6745, -0.245_272_727_272_726_1, 0.735_818_181_818_182_6, 0.0, 6.622_363_636_363_63];
    odd.photos.iter().zip(theirs).for_each(|(photo, theirs)| near(photo.score.unwrap(), theirs));
    assert_eq!(odd.outliers().map(|photo| photo.number).collect::<Vec<_>>(), [6]);
    let even = spread(0.03, &[0.21, 0.24, 0.19, 0.22, 0.35, 0.2]);
    near(even.median, 0.215);
    near(even.mad, 0.019_999_999_999_999_99);
    let theirs = [-0.168_625, 0.843_125, -0.843_125, 0.168_625, 4.552_875, -0.505_875];
    even.photos.iter().zip(theirs).for_each(|(photo, theirs)| near(photo.score.unwrap(), theirs));
    assert_eq!(even.outliers().map(|photo| photo.number).collect::<Vec<_>>(), [5]);
}

#[test]
fn a_score_counts_only_beyond_the_floor() {
    let tight = [50.0, 50.1, 49.9, 50.0, 50.2, 52.0, 52.3];
    let outliers = |floor| spread(floor, &tight).outliers().map(|photo| photo.number).collect::<Vec<_>>();
    assert_eq!(outliers(2.0), [7]);
    assert_eq!(outliers(1.0), [6, 7]);
    assert_eq!(outliers(3.0), [0_u16; 0]);
}

#[test]
fn where_most_are_equal_only_the_floor_counts() {
    let spread = spread(2.0, &[1.0, 1.0, 1.0, 2.5, 9.0]);
    assert_eq!((spread.median, spread.mad), (1.0, 0.0));
    assert!(spread.photos.iter().all(|photo| photo.score.is_none()));
    assert_eq!(spread.outliers().map(|photo| photo.number).collect::<Vec<_>>(), [5]);
}

#[test]
fn few_photos_have_no_rest_to_differ_from() {
    assert_eq!(of_values(Metric::RmsContrast, 0.1, (1..=4).map(|number| (number, 1.0)).collect()), None);
    let photos =
        |count: u16| (1..=count).map(|id| outcome(with(made(id, &[], &[]), Metric::Colorfulness, 40.0))).collect::<Vec<_>>();
    assert_eq!(set_of(&photos(4)).spread, []);
    let metrics: Vec<Metric> = set_of(&photos(5)).spread.iter().map(|spread| spread.metric).collect();
    assert!(metrics.contains(&Metric::Colorfulness) && metrics.contains(&Metric::RmsContrast));
}
