//! The whole job in a real browser with scripts switched off.

use std::time::{Duration, Instant};

use thirtyfour::prelude::*;

use crate::fixtures::fixture;
use crate::support::Service;
use crate::support::browser::Browser;

/// Longest wait for a page: the driver does not wait for answers that take their time.
const PAGE_WAIT: Duration = Duration::from_secs(30);

/// The element, as soon as a page has it.
async fn find(window: &WebDriver, selector: &str) -> WebElement {
    let end = Instant::now() + PAGE_WAIT;
    loop {
        match window.find(By::Css(selector)).await {
            Ok(element) => return element,
            Err(error) => assert!(Instant::now() < end, "{selector}: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn text_of(window: &WebDriver, selector: &str) -> String {
    find(window, selector).await.text().await.unwrap()
}

async fn click(window: &WebDriver, selector: &str) {
    find(window, selector).await.click().await.unwrap();
}

async fn fill(window: &WebDriver, selector: &str, text: &str) {
    find(window, selector).await.send_keys(text).await.unwrap();
}

/// Fetches a file of the page the way the browser would: with its cookies.
async fn fetch(window: &WebDriver, url: &str) -> (u16, Vec<u8>) {
    let cookies = window.get_all_cookies().await.unwrap();
    let cookies: Vec<String> = cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(url).header("cookie", cookies.join("; ")).send().await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn without_script_somebody_signs_in_sends_photos_reads_and_deletes_the_report() {
    // The service's own client has a runtime of its own, which may not start inside this one.
    let service = std::thread::spawn(Service::start).join().unwrap();
    let browser = Browser::without_script().await;
    let window = &browser.window;
    let (email, password) = service.owner();

    window.goto(format!("{}/analyses/new", service.url)).await.unwrap();
    fill(window, "#email", email).await;
    fill(window, "#password", "not the password").await;
    click(window, "main form button").await;
    assert!(!text_of(window, "[role=alert]").await.is_empty(), "a wrong password is told");
    fill(window, "#password", password).await;
    click(window, "main form button").await;

    find(window, "#photos").await;
    for cookie in window.get_all_cookies().await.unwrap() {
        assert_eq!(cookie.secure, Some(true), "{cookie:?}");
        assert_eq!(cookie.same_site, Some(thirtyfour::SameSite::Lax), "{cookie:?}");
        assert_eq!(cookie.http_only, Some(true), "{cookie:?}");
    }
    assert!(window.current_url().await.unwrap().path().ends_with("/analyses/new"), "back where they wanted to go");
    let photos = ["photos/coffee-tagged.jpg", "photos/fig-blurred.jpg", "malformed/text.jpg"];
    let paths: Vec<String> = photos.iter().map(|name| fixture(name).to_str().unwrap().to_owned()).collect();
    fill(window, "#photos", &paths.join("\n")).await;
    fill(window, "#reference", "Browser <b>set</b>").await;
    click(window, "form.form button.main").await;

    let end = Instant::now() + Duration::from_secs(60);
    while window.find(By::Css("a[href$='report.pdf']")).await.is_err() {
        assert!(Instant::now() < end, "no report: {}", window.source().await.unwrap());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let page = window.source().await.unwrap();
    assert!(page.contains("Browser &lt;b&gt;set"), "what people type stays text: {page}");
    let pdf = window.find(By::Css("a[href$='report.pdf']")).await.unwrap().prop("href").await.unwrap().unwrap();
    let (status, bytes) = fetch(window, &pdf).await;
    assert_eq!((status, &bytes[..5]), (200, &b"%PDF-"[..]));

    click(window, "a.button.danger").await;
    click(window, "main form button.danger").await;
    // the page that asks stays until the answer is there, and says "destroyed" as well
    let end = Instant::now() + PAGE_WAIT;
    while window.find(By::Css("main form button.danger")).await.is_ok() {
        assert!(Instant::now() < end, "still asked: {}", window.source().await.unwrap());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let after = window.source().await.unwrap();
    assert!(after.contains("destroyed") || after.contains("receipt"), "{after}");
    assert_eq!(fetch(window, &pdf).await.0, 410);
    assert!(service.objects().is_empty());
    browser.close().await;
}
