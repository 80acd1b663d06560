//! From which network address a request comes, and which addresses inside this site one may be led to.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;

/// The address of whoever asks; empty when it is not known. What a proxy says is believed only when the
/// proxy is one of ours or on this machine: anybody can write `X-Forwarded-For`.
pub(super) fn of(request: &Request, proxies: &[IpAddr]) -> String {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
    peer.map_or_else(String::new, |peer| asking(peer, request.headers(), proxies).to_string())
}

fn asking(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let is_ours = |ip: &IpAddr| ip.is_loopback() || proxies.contains(ip);
    let peer = peer.to_canonical();
    if !is_ours(&peer) {
        return peer;
    }
    // every proxy adds whom it heard at the end: the last who is no proxy of ours is the one
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
    let named: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let known = named.iter().rev().map_while(|text| text.parse::<IpAddr>().ok());
    known.map(|ip| ip.to_canonical()).find(|ip| !is_ours(ip)).unwrap_or(peer)
}

/// An address of this site, or its front page: one slash, then no second one and no backslash. Browsers
/// drop control characters and take a backslash for a slash, so neither may stand in it.
pub(super) fn inside(next: &str) -> &str {
    let is_inside = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(|c: char| c == '\\' || c.is_control())
        && next.is_ascii();
    if is_inside { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_proxies_are_believed() {
        let proxies = ["10.0.0.1".parse().unwrap()];
        let heard = |peer: &str, said: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in said {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            asking(peer.parse().unwrap(), &headers, &proxies).to_string()
        };
        assert_eq!(heard("192.0.2.7", &[]), "192.0.2.7");
        assert_eq!(heard("192.0.2.7", &["198.51.100.1"]), "192.0.2.7", "a liar");
        assert_eq!(heard("127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(heard("10.0.0.1", &["1.1.1.1, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(heard("127.0.0.1", &["1.1.1.1", "198.51.100.1, 10.0.0.1"]), "198.51.100.1");
        assert_eq!(heard("127.0.0.1", &["nonsense"]), "127.0.0.1");
        assert_eq!(heard("::ffff:127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn nothing_leads_outside() {
        for fine in ["/", "/clients?q=a&b=%2F", "/me/sessions#x"] {
            assert_eq!(inside(fine), fine);
        }
        let bad = [
            "",
            "clients",
            "//evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "https://evil.test",
            "javascript:alert(1)",
            "/\t/evil.test",
            "/\n/evil.test",
            "/a\r\nset-cookie: x=1",
            "/путь",
            " /x",
            "/\u{b}/evil.test",
            "/\u{7f}",
        ];
        for next in bad {
            assert_eq!(inside(next), "/", "{next:?}");
        }
    }
}
