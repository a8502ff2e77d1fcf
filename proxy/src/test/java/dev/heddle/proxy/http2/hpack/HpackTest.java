package dev.heddle.proxy.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.Seed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class HpackTest {
    private static final HeaderLimits LIMITS = new HeaderLimits(1 << 16, 200);

    private final Scratch scratch = new Scratch();

    @Test
    void theRequestsOfTheRfcDecodeWithAndWithoutHuffman() {
        var plain = new HpackDecoder(4096, LIMITS);
        var huffman = new HpackDecoder(4096, LIMITS);
        var first =
                List.of(":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com");
        var second = new ArrayList<>(first);
        second.add("cache-control: no-cache");
        assertThat(decode(plain, "828684410f7777772e6578616d706c652e636f6d")).isEqualTo(first);
        assertThat(decode(plain, "828684be58086e6f2d6361636865")).isEqualTo(second);
        assertThat(decode(huffman, "828684418cf1e3c2e5f23a6ba0ab90f4ff")).isEqualTo(first);
        assertThat(decode(huffman, "828684be5886a8eb10649cbf")).isEqualTo(second);
        assertThat(decode(huffman, "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"))
                .containsExactly(
                        ":method: GET",
                        ":scheme: https",
                        ":path: /index.html",
                        ":authority: www.example.com",
                        "custom-key: custom-value");
    }

    @Test
    void theResponsesOfTheRfcEvictWhatIsOldest() {
        var decoder = new HpackDecoder(256, LIMITS);
        String date = "6196d07abe941054d444a8200595040b8166e082a62d1bff";
        String location = "6e919d29ad171863c78f0b97c8e9ae82ae43d3";
        assertThat(decode(decoder, "488264025885aec3771a4b" + date + location))
                .containsExactly(
                        ":status: 302",
                        "cache-control: private",
                        "date: Mon, 21 Oct 2013 20:13:21 GMT",
                        "location: https://www.example.com");
        assertThat(decode(decoder, "4883640effc1c0bf")).contains(":status: 307");
        String third =
                "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2"
                        + "e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5"
                        + "007";
        assertThat(decode(decoder, third))
                .contains(
                        ":status: 200",
                        "content-encoding: gzip",
                        "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1");
    }

    @Test
    void whatNettyEncodesIsDecoded() throws Http2Exception {
        RandomGenerator random = Seed.ofRun().random();
        var netty = new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE, false);
        var decoder = new HpackDecoder(4096, LIMITS);
        for (int block = 0; block < 500; block++) {
            List<String[]> fields = fields(random);
            var headers = new DefaultHttp2Headers(false);
            fields.forEach(field -> headers.add(field[0], field[1]));
            ByteBuf out = Unpooled.buffer();
            netty.encodeHeaders(3, headers, out);
            List<String> expected = new ArrayList<>();
            headers.forEach(entry -> expected.add(entry.getKey() + ": " + entry.getValue()));
            assertThat(decode(decoder, ByteBufUtil.getBytes(out)))
                    .as("block %s; %s", block, Seed.ofRun())
                    .containsExactlyElementsOf(expected);
        }
    }

    @Test
    void whatIsEncodedNettyDecodes() throws Http2Exception {
        RandomGenerator random = Seed.ofRun().forCase(1).random();
        var encoder = new HpackEncoder(scratch);
        var netty = new DefaultHttp2HeadersDecoder(false, 1 << 16);
        for (int block = 0; block < 500; block++) {
            if (random.nextInt(20) == 0) {
                int size = random.nextInt(5000);
                netty.configuration().maxHeaderTableSize(size);
                encoder.allow(size);
            }
            List<String[]> fields = fields(random);
            byte[] encoded = encode(encoder, fields);
            List<String> decoded = new ArrayList<>();
            netty.decodeHeaders(3, Unpooled.wrappedBuffer(encoded))
                    .forEach(entry -> decoded.add(entry.getKey() + ": " + entry.getValue()));
            assertThat(decoded)
                    .as("block %s; %s", block, Seed.ofRun())
                    .containsExactlyInAnyOrderElementsOf(
                            fields.stream().map(field -> field[0] + ": " + field[1]).toList());
        }
    }

    @Test
    void aTableSizeThatGoesDownAndUpIsToldWithItsLowest() {
        var encoder = new HpackEncoder(scratch);
        encode(encoder, List.<String[]>of(new String[] {"a", "b"}));
        encoder.allow(0);
        encoder.allow(4096);
        byte[] block = encode(encoder, List.<String[]>of(new String[] {"a", "b"}));
        assertThat(HexFormat.of().formatHex(block)).startsWith("203fe11f40");
    }

    @Test
    void aPeerThatOffersAHugeTableDoesNotMakeItLarger() {
        var encoder = new HpackEncoder(scratch);
        encoder.allow(0xffff_ffffL);
        assertThat(encode(encoder, List.<String[]>of(new String[] {"a", "b"}))).startsWith(0x40, 1);
    }

    @Test
    void secretsAreNeverIndexed() {
        var encoder = new HpackEncoder(scratch);
        var secret = List.<String[]>of(new String[] {"authorization", "Bearer x"});
        byte[] once = encode(encoder, secret);
        assertThat(once[0] & 0xf0).isEqualTo(0x10);
        assertThat(encode(encoder, secret)).isEqualTo(once);
    }

    @Test
    void aTableThatMustShrinkIsWaitedFor() {
        var decoder = new HpackDecoder(4096, LIMITS);
        decoder.allow(100);
        assertThat(outcome(decoder, "82")).isEqualTo(Outcome.BROKEN);
        decoder = new HpackDecoder(4096, LIMITS);
        decoder.allow(100);
        assertThat(outcome(decoder, "3f4582")).isEqualTo(Outcome.DONE);
    }

    @Test
    void brokenBlocksAreRefused() {
        for (String block :
                List.of(
                        "80", // index 0
                        "be", // an empty table's first entry
                        "ffffffffff0f", // a number without end
                        "7fffffffffff7f",
                        "8220", // a size update behind a field
                        "3fe21f", // a larger table than allowed
                        "40", // no name
                        "4003", // no text
                        "400161", // no value
                        "00016104aabb", // a value that is too short
                        "008100", // Huffman padding of zeros
                        "0082ffff", // more than seven bits of padding
                        "0084ffffffff")) { // EOS
            assertThat(outcome(new HpackDecoder(4096, LIMITS), block))
                    .as(block)
                    .isEqualTo(Outcome.BROKEN);
        }
    }

    @Test
    void anEntryThatIsReferredToTenThousandTimesIsCountedEachTime() {
        var decoder = new HpackDecoder(4096, new HeaderLimits(60 * 1024, 100));
        byte[] entry = new byte[3 + 3 + 4000];
        entry[0] = 0x40;
        entry[1] = 1;
        entry[2] = 'a';
        entry[3] = 0x7f;
        entry[4] = (byte) (((4000 - 127) & 0x7f) | 0x80);
        entry[5] = (4000 - 127) >> 7;
        java.util.Arrays.fill(entry, 6, entry.length, (byte) 'v');
        assertThat(decode(decoder, entry)).hasSize(1);
        byte[] bomb = new byte[10_000];
        java.util.Arrays.fill(bomb, (byte) 0xbe);
        int[] told = {0};
        assertThat(decoder.decode(bomb, 0, bomb.length, scratch, (_, _, _, _, _, _) -> told[0]++))
                .isEqualTo(Outcome.TOO_LARGE);
        assertThat(told[0]).isLessThanOrEqualTo(15);
        assertThat(scratch.text().length).isLessThanOrEqualTo(128 * 1024);
        assertThat(decode(decoder, new byte[] {(byte) 0xbe})).hasSize(1);
    }

    @Test
    void fieldsBeyondTheLimitAreNotToldButRemembered() {
        var decoder = new HpackDecoder(4096, new HeaderLimits(1 << 16, 2));
        assertThat(outcome(decoder, "8286400161016282")).isEqualTo(Outcome.TOO_LARGE);
        assertThat(decode(decoder, "be")).containsExactly("a: b");
    }

    private static List<String[]> fields(RandomGenerator random) {
        List<String[]> fields = new ArrayList<>();
        String[] names = {
            ":status",
            ":path",
            "date",
            "content-type",
            "x-a",
            "x-long-name-that-is-not-known",
            "authorization",
            "cookie",
            "accept-encoding",
            "x-request-id"
        };
        int count = random.nextInt(12);
        for (int i = 0; i < count; i++) {
            boolean isUsual = random.nextInt(3) > 0;
            int length = random.nextInt(50) == 0 ? random.nextInt(5000) : random.nextInt(20);
            StringBuilder value = new StringBuilder();
            if (isUsual) {
                value.append("value-").append(random.nextInt(4));
            }
            for (int c = 0; !isUsual && c < length; c++) {
                value.append((char) (0x21 + random.nextInt(random.nextInt(9) == 0 ? 0xde : 0x5d)));
            }
            String text = value.toString().replace('\u007f', '~');
            fields.add(new String[] {names[random.nextInt(names.length)], text});
        }
        return fields;
    }

    private byte[] encode(HpackEncoder encoder, List<String[]> fields) {
        encoder.begin();
        for (String[] field : fields) {
            byte[] name = field[0].getBytes(StandardCharsets.ISO_8859_1);
            byte[] value = field[1].getBytes(StandardCharsets.ISO_8859_1);
            byte[] text = scratch.text(name.length + value.length);
            System.arraycopy(name, 0, text, 0, name.length);
            System.arraycopy(value, 0, text, name.length, value.length);
            encoder.field(text, field[0].hashCode(), 0, name.length, name.length, value.length);
        }
        return java.util.Arrays.copyOf(encoder.encoded(), encoder.length());
    }

    private Outcome outcome(HpackDecoder decoder, String hex) {
        byte[] block = HexFormat.of().parseHex(hex);
        return decoder.decode(block, 0, block.length, scratch, (_, _, _, _, _, _) -> {});
    }

    private List<String> decode(HpackDecoder decoder, String hex) {
        return decode(decoder, HexFormat.of().parseHex(hex));
    }

    private List<String> decode(HpackDecoder decoder, byte[] block) {
        List<String> fields = new ArrayList<>();
        Outcome outcome =
                decoder.decode(
                        block,
                        0,
                        block.length,
                        scratch,
                        (_, hash, nameAt, nameLength, valueAt, valueLength) -> {
                            String name = text(nameAt, nameLength);
                            assertThat(hash).isEqualTo(name.hashCode());
                            assertThat(text(nameAt + nameLength, 2)).isEqualTo(": ");
                            assertThat(text(valueAt + valueLength, 2)).isEqualTo("\r\n");
                            fields.add(name + ": " + text(valueAt, valueLength));
                        });
        assertThat(outcome).isEqualTo(Outcome.DONE);
        return fields;
    }

    private String text(int at, int length) {
        return new String(scratch.text(), at, length, StandardCharsets.ISO_8859_1);
    }
}
