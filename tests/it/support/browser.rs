//! A real browser with scripts switched off.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities};

/// chromedriver on a free port, with one browser.
pub struct Browser {
    driver_process: Child,
    /// The window.
    pub window: WebDriver,
}

impl Browser {
    /// Opens a window in which no page's script runs.
    pub async fn without_script() -> Self {
        super::client::install_tls_provider();
        let mut driver_process = Command::new("chromedriver")
            .args(["--port=0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("chromedriver is not installed; `make setup` installs it");
        let stdout = BufReader::new(driver_process.stdout.take().unwrap());
        let port = stdout.lines().map_while(Result::ok).find_map(|line| {
            let after = line.split("successfully on port ").nth(1)?;
            after.trim_end_matches('.').trim().parse::<u16>().ok()
        });
        let port = port.expect("chromedriver names its port");
        let mut wanted = DesiredCapabilities::chrome();
        configure(&mut wanted).unwrap();
        let window = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await.unwrap();
        Self { driver_process, window }
    }

    /// Closes the window.
    pub async fn close(self) {
        self.window.clone().quit().await.unwrap();
    }
}

impl Drop for Browser {
    /// Ends the driver and every process of the browser, also when a test fails.
    fn drop(&mut self) {
        kill_process_group(Pid::from_child(&self.driver_process), Signal::KILL).ok();
        self.driver_process.wait().ok();
    }
}

fn configure(wanted: &mut ChromeCapabilities) -> WebDriverResult<()> {
    for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--window-size=1280,1600"] {
        wanted.add_arg(argument)?;
    }
    let no_script = serde_json::json!({ "profile.managed_default_content_settings.javascript": 2 });
    wanted.add_experimental_option("prefs", no_script)
}
