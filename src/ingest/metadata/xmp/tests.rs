use proptest::prelude::*;

use super::*;

fn wrapped(inside: &str) -> String {
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">{inside}</rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>"
    )
}

fn fields(inside: &str) -> (Vec<(String, String)>, Packet) {
    let mut tags = Tags::default();
    let packet = read(wrapped(inside).as_bytes(), &mut tags);
    (tags.iter().map(|tag| (tag.name.clone(), tag.value.clone())).collect(), packet)
}

#[test]
fn attributes_lists_alternatives_and_structures_are_fields() {
    let (fields, packet) = fields(
        r#"<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xap="http://ns.adobe.com/xap/1.0/"
            xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:ev="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
            xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xap:CreatorTool="Editor &amp; Co">
            <dc:creator><rdf:Seq><rdf:li>Jane Doe</rdf:li><rdf:li>Q</rdf:li></rdf:Seq></dc:creator>
            <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Sea &lt;1&gt; &#233;</rdf:li></rdf:Alt></dc:title>
            <xmpMM:History><rdf:Seq><rdf:li ev:action="saved" ev:softwareAgent="Editor 5"/>
              <rdf:li rdf:parseType="Resource"><ev:action>converted</ev:action></rdf:li></rdf:Seq></xmpMM:History>
            <ext:LocationCreated><rdf:Bag><rdf:li><rdf:Description ext:City="Bern"/></rdf:li></rdf:Bag></ext:LocationCreated>
            <ext:DigitalSourceType rdf:resource="http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"/>
            <nobody:knows xmlns:nobody="urn:x">1</nobody:knows>
        </rdf:Description>"#,
    );
    let expected = [
        ("xmp:CreatorTool", "Editor & Co"),
        ("dc:creator", "Jane Doe"),
        ("dc:creator", "Q"),
        ("dc:title", "Sea <1> é"),
        ("xmpMM:History/stEvt:action", "saved"),
        ("xmpMM:History/stEvt:softwareAgent", "Editor 5"),
        ("xmpMM:History/stEvt:action", "converted"),
        ("Iptc4xmpExt:LocationCreated/Iptc4xmpExt:City", "Bern"),
        ("Iptc4xmpExt:DigitalSourceType", "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"),
        ("?:knows", "1"),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(fields, expected);
    assert_eq!((packet.fields, packet.damaged), (7, false));
}

#[test]
fn previews_are_kept_whole_and_other_long_values_are_told_by_their_length() {
    let picture = "QUJD".repeat(9000);
    let (found, packet) = fields(&format!(
        r#"<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:g="http://ns.adobe.com/xap/1.0/g/img/"
           xmlns:d="http://ns.google.com/photos/1.0/depthmap/"><xmp:Thumbnails><rdf:Alt><rdf:li rdf:parseType="Resource">
           <g:image>{picture}</g:image></rdf:li></rdf:Alt></xmp:Thumbnails><d:Data>{picture}</d:Data></rdf:Description>"#
    ));
    assert_eq!((packet.pictures, packet.long), (vec![picture.clone()], vec![("GDepth:Data".to_owned(), 36_000)]));
    assert_eq!(found.len(), 1);
}

#[test]
fn utf_16_is_read_too() {
    let text = wrapped(r#"<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="é"/>"#);
    for unit in [u16::to_be_bytes as fn(u16) -> [u8; 2], u16::to_le_bytes] {
        let packet: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
        let mut tags = Tags::default();
        assert!(!read(&packet, &mut tags).damaged);
        assert_eq!(tags.first(Block::Xmp, "dc:source"), Some("é"));
    }
}

#[test]
fn entities_are_not_expanded_and_depth_is_bounded() {
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><r xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:source>x&b;y</dc:source></r>"#;
    let mut tags = Tags::default();
    read(bomb.as_bytes(), &mut tags);
    assert!(tags.iter().all(|tag| tag.value == "xy"), "{tags:?}");
    let mut tags = Tags::default();
    assert!(read("<a:b>".repeat(100_000).as_bytes(), &mut tags).damaged);
    let many: String = (0..3000).map(|index| format!(" xmlns:p{index}=\"urn:{index}\"")).collect();
    assert!(read(format!("<a{many}/>").as_bytes(), &mut tags).damaged);
}

#[test]
fn every_cut_gives_what_stands_before_it() {
    let text = wrapped(
        r#"<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:source>one</dc:source><dc:rights>two</dc:rights></rdf:Description>"#,
    );
    let end = text.find("<?xpacket end").unwrap();
    for cut in (0..end - 1).filter(|&cut| text.is_char_boundary(cut)) {
        let mut tags = Tags::default();
        let packet = read(&text.as_bytes()[..cut], &mut tags);
        assert!(packet.damaged || tags.iter().count() == 0, "cut at {cut}");
        assert!(tags.iter().all(|tag| matches!(tag.value.as_str(), "one" | "two")));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn packets_of_anything(
        pieces in prop::collection::vec(prop_oneof![
            4 => prop::sample::select(vec!["<rdf:Description ", "<dc:creator>", "</dc:creator>", "<rdf:li", "/>", ">", "=\"", "\"", "&amp;", "&#x41;",
                "&x;", "xmlns:dc=\"http://purl.org/dc/elements/1.1/\"", " a:b='c'", "<!--", "-->", "<![CDATA[", "]]>", "<?x", "?>", "é"]).prop_map(str::to_owned),
            1 => ".{0,6}",
        ], 0..60),
        raw in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        for bytes in [pieces.concat().into_bytes(), wrapped(&pieces.concat()).into_bytes(), raw] {
            let mut tags = Tags::default();
            let packet = read(&bytes, &mut tags);
            prop_assert!(packet.fields as usize <= FIELDS_MAX && packet.pictures.len() <= PICTURES_MAX);
            if let Some(part) = extended_part(&bytes) {
                joined(&[part], "x");
            }
        }
    }
}
