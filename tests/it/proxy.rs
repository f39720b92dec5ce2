//! `doctor` sees a proxy that keeps requests back; the shipped profiles do not.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use proofsheet::cli::proxy::{Passage, look};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::client::install_tls_provider;
use crate::support::service::Scratch;
use crate::support::{Client, Form, Service};

fn passage(url: &str) -> Passage {
    install_tls_provider();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(look(url)).unwrap()
}

/// A proxy of one connection at a time: passes bytes on at once, or only when the request is whole.
fn proxy_to(service: &str, buffers: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let upstream = service.trim_start_matches("http://").to_owned();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let upstream = TcpStream::connect(&upstream).unwrap();
            let (mut from, mut to) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
            let there = std::thread::spawn(move || {
                if buffers {
                    let mut whole = Vec::new();
                    from.read_to_end(&mut whole).ok();
                    to.write_all(&whole).ok();
                } else {
                    std::io::copy(&mut from, &mut to).ok();
                }
            });
            let (mut from, mut to) = (upstream, client);
            std::io::copy(&mut from, &mut to).ok();
            to.shutdown(Shutdown::Both).ok();
            there.join().unwrap();
        }
    });
    url
}

#[test]
fn a_proxy_that_buffers_is_seen_and_one_that_passes_on_is_not() {
    let service = Service::start();
    assert_eq!(passage(&service.url), Passage::AsItComes, "without a proxy");
    assert_eq!(passage(&proxy_to(&service.url, false)), Passage::AsItComes);
    assert_eq!(passage(&proxy_to(&service.url, true)), Passage::KeptBack);
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", stranger.local_addr().unwrap());
    drop(stranger);
    assert_eq!(passage(&nobody), Passage::Nobody);
}

/// A real proxy; ends with its owner.
struct Proxy {
    child: Child,
    url: String,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Asked, not killed: nginx has children of its own.
        kill_process(Pid::from_child(&self.child), Signal::TERM).ok();
        self.child.wait().ok();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A file of `deploy/` with other addresses in it.
fn profile(name: &str, scratch: &Scratch, changes: &[(&str, &str)]) -> std::path::PathBuf {
    let mut text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name)).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from} is not in {name}");
        text = text.replace(from, to);
    }
    let path = scratch.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn start(program: &str, arguments: &[&str], port: u16) -> Proxy {
    let child =
        Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let proxy = Proxy { child, url: format!("http://127.0.0.1:{port}") };
    crate::support::watch::eventually(&format!("{program} listens"), Duration::from_secs(10), || {
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    std::thread::sleep(Duration::from_secs(3));
    proxy
}

fn nginx(service: &Service, scratch: &Scratch, more: &[(&str, &str)]) -> Proxy {
    let (port, upstream) = (free_port(), service.url.trim_start_matches("http://").to_owned());
    let (listen, folder) = (format!("listen 127.0.0.1:{port}"), format!("{}/nginx", scratch.path().display()));
    let mut changes =
        vec![("listen 127.0.0.1:8080", listen.as_str()), ("127.0.0.1:8081", &upstream), ("/tmp/nginx", folder.as_str())];
    changes.push(("        server 127.0.0.1:8082;\n", ""));
    changes.extend(more);
    let conf = profile("nginx.conf", scratch, &changes);
    start("nginx", &["-c", conf.to_str().unwrap(), "-g", "daemon off;"], port)
}

fn haproxy(service: &Service, scratch: &Scratch) -> Proxy {
    let (port, upstream) = (free_port(), service.url.trim_start_matches("http://").to_owned());
    let (listen, server) = (format!("bind 127.0.0.1:{port}"), format!("server node-a {upstream}"));
    let changes = [
        ("bind :8080", listen.as_str()),
        ("server node-a node-a:8080", &server),
        ("    server node-b node-b:8080\n", ""),
        ("default-server resolvers compose", "default-server"),
    ];
    let conf = profile("haproxy.cfg", scratch, &changes);
    start("haproxy", &["-db", "-f", conf.to_str().unwrap()], port)
}

#[test]
#[ignore = "needs nginx and HAProxy: make test-proxies"]
fn the_shipped_profiles_pass_a_photo_on_as_it_comes() {
    let service = Service::start();
    let scratch = Scratch::new("proxies");
    for proxy in [nginx(&service, &scratch, &[]), haproxy(&service, &scratch)] {
        assert_eq!(passage(&proxy.url), Passage::AsItComes, "{}", proxy.url);
        let client = Client::at(&proxy.url, service.key());
        let done = client.analyze(Form::product("snapshot").fixture("photos/mountain-12mp.jpg"));
        let pdf = client.get(&format!("/v1/analyses/{}/report.pdf", done["id"].as_str().unwrap())).expect(200);
        assert!(pdf.body.starts_with(b"%PDF"));
    }
    let careless = [("proxy_request_buffering off;", "proxy_request_buffering on;")];
    assert_eq!(passage(&nginx(&service, &scratch, &careless).url), Passage::KeptBack, "nginx as it comes from the distribution");
    println!("nginx and HAProxy with the shipped profiles pass requests on as they come; nginx with its defaults does not");
}
