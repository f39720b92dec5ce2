//! Huffman tables of a JPEG: whether they are those T.81 gives as typical. Most cameras and programs use these; the others make them
//! for the picture, or have their own.

/// Numbers of codes of 1 to 16 bits.
const COUNTS: usize = 16;

/// K.3: DC of luma: counts, then values.
const LUMA_DC: [u8; 28] = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

/// K.4: DC of chroma: counts, then values.
const CHROMA_DC: [u8; 28] = [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

/// K.5: AC of luma: counts, then values.
const LUMA_AC: [u8; 178] = [
    0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125, 1, 2, 3, 0, 4, 17, 5, 18, 33, 49, 65, 6, 19, 81, 97, 7, 34, 113, 20, 50,
    129, 145, 161, 8, 35, 66, 177, 193, 21, 82, 209, 240, 36, 51, 98, 114, 130, 9, 10, 22, 23, 24, 25, 26, 37, 38, 39, 40, 41,
    42, 52, 53, 54, 55, 56, 57, 58, 67, 68, 69, 70, 71, 72, 73, 74, 83, 84, 85, 86, 87, 88, 89, 90, 99, 100, 101, 102, 103, 104,
    105, 106, 115, 116, 117, 118, 119, 120, 121, 122, 131, 132, 133, 134, 135, 136, 137, 138, 146, 147, 148, 149, 150, 151, 152,
    153, 154, 162, 163, 164, 165, 166, 167, 168, 169, 170, 178, 179, 180, 181, 182, 183, 184, 185, 186, 194, 195, 196, 197, 198,
    199, 200, 201, 202, 210, 211, 212, 213, 214, 215, 216, 217, 218, 225, 226, 227, 228, 229, 230, 231, 232, 233, 234, 241, 242,
    243, 244, 245, 246, 247, 248, 249, 250,
];

/// K.6: AC of chroma: counts, then values.
const CHROMA_AC: [u8; 178] = [
    0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119, 0, 1, 2, 3, 17, 4, 5, 33, 49, 6, 18, 65, 81, 7, 97, 113, 19, 34, 50, 129,
    8, 20, 66, 145, 161, 177, 193, 9, 35, 51, 82, 240, 21, 98, 114, 209, 10, 22, 36, 52, 225, 37, 241, 23, 24, 25, 26, 38, 39,
    40, 41, 42, 53, 54, 55, 56, 57, 58, 67, 68, 69, 70, 71, 72, 73, 74, 83, 84, 85, 86, 87, 88, 89, 90, 99, 100, 101, 102, 103,
    104, 105, 106, 115, 116, 117, 118, 119, 120, 121, 122, 130, 131, 132, 133, 134, 135, 136, 137, 138, 146, 147, 148, 149, 150,
    151, 152, 153, 154, 162, 163, 164, 165, 166, 167, 168, 169, 170, 178, 179, 180, 181, 182, 183, 184, 185, 186, 194, 195, 196,
    197, 198, 199, 200, 201, 202, 210, 211, 212, 213, 214, 215, 216, 217, 218, 226, 227, 228, 229, 230, 231, 232, 233, 234, 242,
    243, 244, 245, 246, 247, 248, 249, 250,
];

/// Whether all tables of a DHT segment's body are standard ones of their class, in whatever slot.
pub fn are_standard(mut body: &[u8]) -> bool {
    while let Some((&class_and_slot, rest)) = body.split_first() {
        let tables: [&[u8]; 2] = if class_and_slot >> 4 == 0 { [&LUMA_DC, &CHROMA_DC] } else { [&LUMA_AC, &CHROMA_AC] };
        let values = rest.iter().take(COUNTS).map(|&count| usize::from(count)).sum::<usize>();
        match rest.split_at_checked(COUNTS + values) {
            Some((table, behind)) if tables.contains(&table) => body = behind,
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_the_standard_are_known_alone_and_together() {
        let table = |class_and_slot: u8, table: &[u8]| [&[class_and_slot], table].concat();
        let all = [table(0x00, &LUMA_DC), table(0x10, &LUMA_AC), table(0x01, &CHROMA_DC), table(0x11, &CHROMA_AC)];
        assert!(all.iter().all(|table| are_standard(table)) && are_standard(&all.concat()));
        assert!(are_standard(&table(0x03, &LUMA_DC)), "another slot");
        assert!(!are_standard(&table(0x00, &LUMA_AC)), "another class");
        assert!(!are_standard(&all.concat()[..300]), "cut short");
        let mut other = all.concat();
        let last = other.len() - 1;
        other[last] ^= 1;
        assert!(!are_standard(&other));
        // as many codes of each length as the standard says
        let codes = |table: &[u8]| table[..COUNTS].iter().map(|&count| usize::from(count)).sum::<usize>();
        assert_eq!([&LUMA_DC[..], &CHROMA_DC, &LUMA_AC, &CHROMA_AC].map(codes), [12, 12, 162, 162]);
    }
}
