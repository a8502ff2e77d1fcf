package dev.heddle.proxy.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.Seed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class QpackTest {
    private static final HeaderLimits LIMITS = new HeaderLimits(1 << 16, 200);

    private final Scratch scratch = new Scratch();

    /// The fields of a section that is sound.
    private List<String> decode(QpackDecoder decoder, byte[] section) {
        var fields = new ArrayList<String>();
        assertThat(outcome(decoder, section, fields)).isEqualTo(Outcome.DONE);
        return fields;
    }

    private Outcome outcome(QpackDecoder decoder, byte[] section, List<String> fields) {
        return decoder.decode(
                section,
                0,
                section.length,
                scratch,
                (_, _, nameAt, nameLength, valueAt, valueLength) ->
                        fields.add(text(nameAt, nameLength) + ": " + text(valueAt, valueLength)));
    }

    private String text(int at, int length) {
        return new String(scratch.text(), at, length, StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private byte[] encode(List<String[]> fields) {
        var encoder = new QpackEncoder(scratch);
        encoder.begin();
        for (String[] field : fields) {
            byte[] text = (field[0] + field[1]).getBytes(StandardCharsets.ISO_8859_1);
            encoder.field(
                    text,
                    field[0].hashCode(),
                    0,
                    field[0].length(),
                    field[0].length(),
                    field[1].length());
        }
        return Arrays.copyOf(encoder.encoded(), encoder.length());
    }

    /// RFC 9204, appendix B.1.
    @Test
    void theSectionOfTheRfcThatNeedsNoTableDecodes() {
        assertThat(decode(new QpackDecoder(LIMITS), bytes("0000510b2f696e6465782e68746d6c")))
                .containsExactly(":path: /index.html");
    }

    @Test
    void eachFieldOfTheStaticTableIsOneNumber() {
        for (int index = 0; index < QpackTable.SIZE; index++) {
            var name = new String(QpackTable.name(index), StandardCharsets.US_ASCII);
            var value = new String(QpackTable.value(index), StandardCharsets.US_ASCII);
            byte[] section = encode(List.<String[]>of(new String[] {name, value}));
            assertThat(section).as(name).hasSize(index < 63 ? 3 : 4);
            assertThat(decode(new QpackDecoder(LIMITS), section))
                    .containsExactly(name + ": " + value);
        }
    }

    @Test
    void whatIsEncodedIsDecoded() {
        RandomGenerator random = Seed.ofRun().random();
        List<String> names =
                List.of(":path", "cookie", "x-own", "authorization", "content-type", "a");
        for (int block = 0; block < 500; block++) {
            var fields = new ArrayList<String[]>();
            for (int i = random.nextInt(20); i > 0; i--) {
                String value = "v".repeat(random.nextInt(300)) + random.nextInt();
                fields.add(new String[] {names.get(random.nextInt(names.size())), value});
            }
            assertThat(decode(new QpackDecoder(LIMITS), encode(fields)))
                    .isEqualTo(fields.stream().map(it -> it[0] + ": " + it[1]).toList());
        }
    }

    @Test
    void secretsMayBePutIntoNobodysTable() {
        byte[] section = encode(List.<String[]>of(new String[] {"authorization", "me"}));
        // 01N1 with N set, and the name's index.
        assertThat(section[2] & 0xf0).isEqualTo(0x70);
    }

    @Test
    void moreThanTheLimitsIsToldAndNotKept() {
        var decoder = new QpackDecoder(new HeaderLimits(100, 3));
        var fields = new ArrayList<String>();
        // Four times :method GET, of 42 bytes each by the RFC's count.
        assertThat(outcome(decoder, bytes("0000d1d1d1d1"), fields)).isEqualTo(Outcome.TOO_LARGE);
        assertThat(fields).hasSize(2);
    }

    @Test
    void noSectionMakesItFail() {
        RandomGenerator random = Seed.ofRun().random();
        var decoder = new QpackDecoder(LIMITS);
        for (int i = 0; i < 20_000; i++) {
            var section = new byte[random.nextInt(60)];
            random.nextBytes(section);
            if (section.length > 2) {
                section[0] = 0;
                section[1] = 0;
            }
            assertThat(outcome(decoder, section, new ArrayList<>())).isNotNull();
        }
    }
}
