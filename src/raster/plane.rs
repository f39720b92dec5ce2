//! One channel (or interleaved channels) of samples with a stride.

/// An owned plane; rows follow each other without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plane<T> {
    samples: Vec<T>,
    width: usize,
    height: usize,
}

impl<T: Copy + Default> Plane<T> {
    /// `width` x `height` samples of the default value.
    pub fn new(width: usize, height: usize) -> Self {
        Self { samples: vec![T::default(); width * height], width, height }
    }

    /// From row-major samples; None if their number is not `width * height`.
    pub fn from_samples(samples: Vec<T>, width: usize, height: usize) -> Option<Self> {
        (samples.len() == width.checked_mul(height)?).then_some(Self { samples, width, height })
    }

    /// Samples a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Row `y`, `width` samples.
    pub fn row(&self, y: usize) -> &[T] {
        &self.samples[y * self.width..(y + 1) * self.width]
    }

    /// Row `y`, to write.
    pub fn row_mut(&mut self, y: usize) -> &mut [T] {
        &mut self.samples[y * self.width..(y + 1) * self.width]
    }

    /// All samples, row by row.
    pub fn samples(&self) -> &[T] {
        &self.samples
    }

    /// Borrowed whole.
    pub fn view(&self) -> PlaneView<'_, T> {
        PlaneView { samples: &self.samples, stride: self.width, width: self.width, height: self.height }
    }
}

/// A borrowed plane: `height` rows of `width` samples, `stride` samples apart.
#[derive(Debug, Clone, Copy)]
pub struct PlaneView<'a, T> {
    samples: &'a [T],
    stride: usize,
    width: usize,
    height: usize,
}

impl<'a, T> PlaneView<'a, T> {
    /// None if the samples do not hold `height` rows.
    pub fn new(samples: &'a [T], stride: usize, width: usize, height: usize) -> Option<Self> {
        let needed = if height == 0 { 0 } else { stride.checked_mul(height - 1)?.checked_add(width)? };
        (width <= stride && samples.len() >= needed).then_some(Self { samples, stride, width, height })
    }

    /// Rows without padding; fewer than asked for if there are not as many samples.
    pub(super) fn tight(samples: &'a [T], width: usize, height: usize) -> Self {
        let height = samples.len().checked_div(width).map_or(0, |rows| rows.min(height));
        Self { samples, stride: width, width, height }
    }

    /// Samples a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Row `y`, `width` samples.
    pub fn row(&self, y: usize) -> &'a [T] {
        &self.samples[y * self.stride..y * self.stride + self.width]
    }

    /// Row by row.
    pub fn rows(&self) -> impl Iterator<Item = &'a [T]> + use<'a, T> {
        let Self { samples, stride, width, height } = *self;
        (0..height).map(move |y| &samples[y * stride..y * stride + width])
    }
}
