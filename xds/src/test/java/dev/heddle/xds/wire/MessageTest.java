package dev.heddle.xds.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import dev.heddle.testkit.Seed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class MessageTest {

    /// A type of some fields.
    private static final class Sample extends Message {
        Sample(Bytes bytes) {
            super(bytes);
        }

        @Override
        public String typeName() {
            return "test.Sample";
        }

        @Override
        public Sample read(Bytes other) {
            return new Sample(other);
        }

        @Override
        protected String schema() {
            return "name,1,-s;count,2,-i;is_on,3,?b;parts,4,*m;left,5,?s@a;right,6,?s@a;";
        }
    }

    private static Sample sample(WireWriter out) {
        return new Sample(out.toBytes());
    }

    @Test
    void theLastValueOfAFieldCountsInWhateverOrderTheyCame() {
        Sample sample =
                sample(
                        new WireWriter()
                                .number(2, -7)
                                .text(1, "first")
                                .number(2, 300)
                                .text(1, "größer"));
        assertThat(sample.text(1)).isEqualTo("größer");
        assertThat(sample.number(2)).isEqualTo(300);
        assertThat(sample.number(9)).isZero();
        assertThat(sample.text(8)).isEmpty();
    }

    @Test
    void aMessageInPiecesIsTheirSum() {
        Sample outer =
                sample(
                        new WireWriter()
                                .message(4, new WireWriter().text(1, "a").number(2, 1))
                                .number(2, 9)
                                .message(4, new WireWriter().number(2, 5)));
        Sample part = new Sample(outer.part(4));
        assertThat(part.text(1)).isEqualTo("a");
        assertThat(part.number(2)).isEqualTo(5);
        assertThat(outer.count(4)).isEqualTo(2);
        assertThat(new Sample(outer.part(4, 1)).number(2)).isEqualTo(5);
    }

    @Test
    void theMemberOfAGroupThatCameLastIsSet() {
        assertThat(sample(new WireWriter().text(6, "r").text(5, "l")).lastOf(5, 6)).isEqualTo(5);
        assertThat(sample(new WireWriter().text(5, "l").text(6, "")).lastOf(5, 6)).isEqualTo(6);
        assertThat(sample(new WireWriter()).lastOf(5, 6)).isZero();
    }

    @Test
    void aFieldIsSetUnlessItIsItsDefaultAndNobodyCanTell() {
        Sample sample =
                sample(new WireWriter().text(1, "").number(2, 0).number(3, 0).number(77, 0));
        assertThat(sample.numbers()).containsExactly(3, 77);
        assertThat(sample.fieldName(3)).isEqualTo("is_on");
        assertThat(sample.fieldName(7)).isEmpty();
    }

    @Test
    void listsOfNumbersArePackedOrNot() {
        var packed = new WireWriter().bytes(2, Bytes.of(new byte[] {1, (byte) 0xac, 2}));
        assertThat(sample(packed.number(2, 7)).numbers(2, 0)).isEqualTo(List.of(1L, 300L, 7L));
    }

    @Test
    void whatIsNoMessageIsRefused() {
        for (byte[] bytes :
                List.of(
                        new byte[] {0x0a}, // no length
                        new byte[] {0x0a, 5, 'a'}, // longer than there is
                        new byte[] {0x08, (byte) 0x80}, // a number without end
                        new byte[] {0x00, 1}, // field 0
                        new byte[] {0x0b}, // a group
                        new byte[] {0x0f, 1}, // no kind
                        new byte[] {0x0d, 1, 2})) { // half of four bytes
            assertThatThrownBy(() -> new Sample(Bytes.of(bytes))).isInstanceOf(WireException.class);
        }
        assertThatThrownBy(
                        () -> sample(new WireWriter().bytes(1, Bytes.of(new byte[] {-1}))).text(1))
                .isInstanceOf(WireException.class);
        assertThatThrownBy(() -> sample(new WireWriter().number(1, 5)).text(1))
                .hasMessage("test.Sample: field 1 is of another kind");
    }

    /// Bytes that anybody may have sent never lead to more than a refusal.
    @Test
    void anyBytesAreReadOrRefused() {
        RandomGenerator random = Seed.ofRun().random();
        for (int i = 0; i < 20_000; i++) {
            var bytes = new byte[random.nextInt(24)];
            random.nextBytes(bytes);
            try {
                var sample = new Sample(Bytes.of(bytes));
                for (int number : sample.numbers()) {
                    assertThat(sample.count(number)).isPositive();
                    sample.blob(number).toStringUtf8();
                }
            } catch (WireException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    @Test
    void whatIsWrittenIsWhatProtobufWrites() throws IOException {
        var bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeInt64(1, -1);
        out.writeUInt32(70_000, 1 << 30);
        out.writeString(2, "é".repeat(200));
        out.writeFixed32(3, 0xdeadbeef);
        out.writeDouble(4, 1.5);
        out.flush();
        assertThat(
                        new WireWriter()
                                .number(1, -1)
                                .number(70_000, 1 << 30)
                                .text(2, "é".repeat(200))
                                .fixed32(3, 0xdeadbeef)
                                .fixed64(4, Double.doubleToRawLongBits(1.5))
                                .toBytes()
                                .toByteArray())
                .isEqualTo(bytes.toByteArray());
    }

    @Test
    void anAnySaysWhatIsInIt() {
        Any any = sample(new WireWriter().text(1, "x")).packed();
        var type = new Sample(Bytes.EMPTY);
        assertThat(any.holds(type)).isTrue();
        assertThat(any.unpack(type).text(1)).isEqualTo("x");
        assertThat(Any.ofProto(any.toProto())).isEqualTo(any);
        assertThatThrownBy(() -> Any.of("type.googleapis.com/a.B", Bytes.EMPTY).unpack(type))
                .hasMessage(
                        "type 'type.googleapis.com/a.B'"
                                + " (expected: 'type.googleapis.com/test.Sample')");
    }
}
