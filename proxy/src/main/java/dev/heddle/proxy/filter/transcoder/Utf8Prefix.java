package dev.heddle.proxy.filter.transcoder;

/// How far bytes are UTF-8 (RFC 3629).
final class Utf8Prefix {
    private Utf8Prefix() {}

    /// How many bytes from the beginning are whole characters of UTF-8.
    static int length(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            int length = character(bytes, at);
            if (length == 0) {
                return at;
            }
            at += length;
        }
        return at;
    }

    private static int character(byte[] bytes, int at) {
        int first = bytes[at] & 0xff;
        if (first < 0x80) {
            return 1;
        }
        if (first < 0xc2 || first > 0xf4) {
            return 0;
        }
        int length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        if (bytes.length - at < length) {
            return 0;
        }
        int second = bytes[at + 1] & 0xff;
        // Neither longer than it has to be, nor half of a pair, nor beyond the last character.
        int least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        int greatest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        if (second < least || second > greatest) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if ((bytes[at + i] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return length;
    }
}
