package dev.heddle.proxy.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.Seed;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HuffmanTest {
    private static final int MAX_LENGTH = 30;

    /// Codes as text of zeros and ones, read off the encoder: a code is what is left of its symbol
    /// said eight times, which ends without padding.
    private final Map<String, Integer> symbols = new HashMap<>();

    HuffmanTest() {
        for (int symbol = 0; symbol < 256; symbol++) {
            byte[] text = new byte[8];
            Arrays.fill(text, (byte) symbol);
            byte[] encoded = encode(text);
            symbols.put(bits(encoded).substring(0, encoded.length), symbol);
        }
    }

    @Test
    void everyTextOfTwoBytesDecodesAsBitByBit() {
        for (int first = 0; first < 256; first++) {
            for (int second = 0; second < 256; second++) {
                check((byte) first, (byte) second);
            }
        }
    }

    @Test
    void whateverComesDecodesAsBitByBit() {
        RandomGenerator random = Seed.ofRun().random();
        for (int i = 0; i < 20_000; i++) {
            byte[] encoded = new byte[random.nextInt(40)];
            random.nextBytes(encoded);
            check(encoded);
        }
    }

    @Test
    void everyTextComesBack() {
        RandomGenerator random = Seed.ofRun().forCase(1).random();
        for (int i = 0; i < 20_000; i++) {
            byte[] text = new byte[random.nextInt(60)];
            random.nextBytes(text);
            if (random.nextBoolean()) {
                for (int at = 0; at < text.length; at++) {
                    text[at] = (byte) (0x20 + (text[at] & 0x3f));
                }
            }
            byte[] encoded = encode(text);
            check(encoded);
            byte[] decoded = new byte[text.length];
            assertThat(Huffman.decode(encoded, 0, encoded.length, decoded, 0))
                    .as("%s", Seed.ofRun())
                    .isEqualTo(text.length);
            assertThat(decoded).isEqualTo(text);
            if (text.length > 0) {
                assertThat(Huffman.decode(encoded, 0, encoded.length, new byte[text.length - 1], 0))
                        .isEqualTo(Huffman.TOO_LONG);
            }
        }
    }

    private void check(byte... encoded) {
        byte[] room = new byte[encoded.length * 8 / 5 + 1];
        int end = Huffman.decode(encoded, 0, encoded.length, room, 0);
        byte[] expected = slowly(encoded);
        if (expected == null) {
            assertThat(end).as("%s; %s", bits(encoded), Seed.ofRun()).isEqualTo(Huffman.INVALID);
        } else {
            assertThat(Arrays.copyOf(room, Math.max(0, end)))
                    .as("%s; %s", bits(encoded), Seed.ofRun())
                    .isEqualTo(expected);
        }
    }

    /// Null if it is no text.
    private byte @Nullable [] slowly(byte[] encoded) {
        byte[] text = new byte[encoded.length * 8];
        int length = 0;
        var code = new StringBuilder();
        for (char bit : bits(encoded).toCharArray()) {
            code.append(bit);
            Integer symbol = symbols.get(code.toString());
            if (symbol != null) {
                text[length++] = symbol.byteValue();
                code.setLength(0);
            } else if (code.length() > MAX_LENGTH) {
                return null;
            }
        }
        boolean isPadding = code.length() < 8 && code.indexOf("0") < 0;
        return isPadding ? Arrays.copyOf(text, length) : null;
    }

    private static byte[] encode(byte[] text) {
        byte[] out = new byte[text.length * 4];
        return Arrays.copyOf(out, Huffman.encode(text, 0, text.length, out, 0));
    }

    private static String bits(byte[] bytes) {
        var bits = new StringBuilder();
        for (byte b : bytes) {
            bits.append(Integer.toBinaryString(0x100 | (b & 0xff)).substring(1));
        }
        return bits.toString();
    }
}
