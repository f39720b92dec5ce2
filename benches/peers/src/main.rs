//! Decodes a photograph the usual way each time it is asked, and says what that cost: the figure D of `docs/performance.md`.
//!
//! `peers FILE...` prints its versions on one line, then for each number read from standard input decodes that file (counted
//! from 0) and prints the CPU milliseconds of this thread. The bench that asks takes turns with it, so that both meet the same
//! machine.

use std::io::BufRead as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files: Vec<Vec<u8>> = std::env::args().skip(1).map(std::fs::read).collect::<Result<_, _>>()?;
    println!("image 0.25.10 with zune-jpeg 0.5.15");
    for line in std::io::stdin().lock().lines() {
        let file = files.get(line?.trim().parse::<usize>()?).ok_or("no such file")?;
        println!("{:.3}", cpu_ms(|| decode(file))?);
    }
    Ok(())
}

/// What D is defined as.
fn decode(bytes: &[u8]) -> image::ImageResult<()> {
    std::hint::black_box(image::load_from_memory(bytes)?.into_rgb8());
    Ok(())
}

fn cpu_ms(work: impl FnOnce() -> image::ImageResult<()>) -> image::ImageResult<f64> {
    let before = thread_cpu();
    work()?;
    Ok((thread_cpu() - before) * 1000.0)
}

fn thread_cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
