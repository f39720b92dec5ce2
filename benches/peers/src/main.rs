//! Other people's code doing what ours does, a piece of work each time it is asked, and what that cost.
//!
//! `peers decode FILE...` decodes a photograph the usual way: the figure D of `docs/performance.md`. `peers report LIST...` draws a placed
//! report with krilla. Each prints its versions on one line, then for each number read from standard input does that file (counted from
//! 0) and prints the CPU milliseconds of this thread. The bench that asks takes turns with it, so that both meet the same machine.

use std::io::BufRead as _;

mod draw;
mod items;
mod list;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let files: Vec<Vec<u8>> = arguments.map(std::fs::read).collect::<Result<_, _>>()?;
    match what.as_str() {
        "decode" => {
            println!("image 0.25.10 with zune-jpeg 0.5.15");
            answer(&files, |file| decode(file))
        }
        "report" => {
            let lists = files.iter().map(|file| serde_json::from_slice(file)).collect::<Result<Vec<list::List>, _>>()?;
            drop(files);
            let reports = lists.iter().map(draw::draw).collect::<Result<Vec<_>, _>>()?;
            let sizes: Vec<String> = reports.iter().map(|report| report.len().to_string()).collect();
            if let Some(folder) = std::env::var_os("PEERS_KEEP") {
                for (index, report) in reports.iter().enumerate() {
                    std::fs::write(std::path::Path::new(&folder).join(format!("krilla-{index}.pdf")), report)?;
                }
            }
            println!("krilla 0.8.2, bytes {}", sizes.join(" "));
            answer(&lists, |list| draw::draw(list).map(|report| drop(std::hint::black_box(report))))
        }
        _ => Err("say decode or report".into()),
    }
}

/// Does one of the pieces of work for each number read.
fn answer<T>(pieces: &[T], work: impl Fn(&T) -> Result<(), Failure>) -> Result<(), Failure> {
    for line in std::io::stdin().lock().lines() {
        let piece = pieces.get(line?.trim().parse::<usize>()?).ok_or("no such file")?;
        let before = thread_cpu();
        work(piece)?;
        println!("{:.3}", (thread_cpu() - before) * 1000.0);
    }
    Ok(())
}

/// What D is defined as.
fn decode(bytes: &[u8]) -> Result<(), Failure> {
    std::hint::black_box(image::load_from_memory(bytes)?.into_rgb8());
    Ok(())
}

fn thread_cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
