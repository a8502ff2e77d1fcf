package dev.heddle.proxy.filter.transcoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.util.JsonFormat;
import dev.heddle.xds.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Messages of any content become JSON that protobuf's library reads as the same message, and JSON
/// of that library becomes the same message.
class AgainstProtobufTest {
    private static final Descriptor EVERYTHING =
            Objects.requireNonNull(Shop.descriptors().get("shop.Everything"));

    /// Whose values are restricted, or which say their types in texts.
    private static final Set<String> LEFT_OUT =
            Set.of(
                    "google.protobuf.Any",
                    "google.protobuf.Timestamp",
                    "google.protobuf.Duration",
                    "google.protobuf.FieldMask",
                    "google.protobuf.Value",
                    "google.protobuf.Struct",
                    "google.protobuf.ListValue");

    private static DynamicMessage message(Descriptor type, Random random, int depth) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        for (FieldDescriptor field : type.getFields()) {
            boolean isMessage = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
            boolean isLeftOut =
                    isMessage
                            && ((depth == 0 && !field.isMapField())
                                    || LEFT_OUT.contains(field.getMessageType().getFullName()));
            if (isLeftOut || hasLeftOut(field) || random.nextInt(3) == 0) {
                continue;
            }
            if (field.isMapField()) {
                message.addRepeatedField(field, entry(field.getMessageType(), random, depth));
            } else if (field.isRepeated()) {
                for (int i = random.nextInt(3); i > 0; i--) {
                    message.addRepeatedField(field, value(field, random, depth));
                }
            } else {
                message.setField(field, value(field, random, depth));
            }
        }
        return message.build();
    }

    private static boolean hasLeftOut(FieldDescriptor field) {
        if (!field.isMapField()) {
            return false;
        }
        FieldDescriptor value = field.getMessageType().findFieldByName("value");
        return value.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                && LEFT_OUT.contains(value.getMessageType().getFullName());
    }

    private static DynamicMessage entry(Descriptor type, Random random, int depth) {
        FieldDescriptor key = type.findFieldByName("key");
        FieldDescriptor value = type.findFieldByName("value");
        return DynamicMessage.newBuilder(type)
                .setField(key, value(key, random, depth))
                .setField(value, value(value, random, depth))
                .build();
    }

    private static Object value(FieldDescriptor field, Random random, int depth) {
        return switch (field.getJavaType()) {
            case INT -> random.nextInt() >> random.nextInt(32);
            case LONG -> random.nextLong() >> random.nextInt(64);
            case FLOAT -> floating(random);
            case DOUBLE -> Double.longBitsToDouble(random.nextLong());
            case BOOLEAN -> random.nextBoolean();
            case STRING -> text(random);
            case BYTE_STRING -> {
                byte[] bytes = new byte[random.nextInt(9)];
                random.nextBytes(bytes);
                yield ByteString.copyFrom(bytes);
            }
            case ENUM -> {
                List<?> values = field.getEnumType().getValues();
                yield values.get(random.nextInt(values.size()));
            }
            case MESSAGE -> message(field.getMessageType(), random, Math.max(0, depth - 1));
        };
    }

    private static float floating(Random random) {
        // A NaN of other bits is equal to none.
        float any = Float.intBitsToFloat(random.nextInt());
        return Float.isNaN(any) ? Float.NaN : any;
    }

    private static String text(Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            int code = random.nextInt(random.nextBoolean() ? 0x80 : 0x11_0000);
            if (code < Character.MIN_SURROGATE || code > Character.MAX_SURROGATE) {
                text.appendCodePoint(code);
            }
        }
        return text.toString();
    }

    private static String print(byte[] message, JsonPrinter.Options options) throws BadMessage {
        var printer = new JsonPrinter(Shop.TYPES, options);
        JsonText out = printer.output();
        printer.print(Shop.TYPES.known("shop.Everything"), Bytes.of(message), out);
        return new String(out.take(), StandardCharsets.UTF_8);
    }

    private static byte[] read(String json) throws BadMessage {
        var messages =
                new RequestMessages(
                        new RequestMessages.Plan(
                                Shop.TYPES,
                                Shop.TYPES.known("shop.Everything"),
                                "*",
                                List.of(),
                                false,
                                false),
                        false);
        messages.read(json.getBytes(StandardCharsets.UTF_8));
        messages.end();
        byte[] framed = messages.next();
        assertThat(framed).isNotNull();
        return ByteString.copyFrom(framed).substring(RequestMessages.HEAD).toByteArray();
    }

    @Test
    void messagesOfAnyContentAreReadAndPrintedAsProtobufDoes() throws Exception {
        Descriptor type = EVERYTHING;
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            DynamicMessage message = message(type, random, 1);
            var options =
                    new JsonPrinter.Options(
                            random.nextBoolean(),
                            false,
                            random.nextBoolean(),
                            random.nextBoolean());
            String printed = print(message.toByteArray(), options);
            DynamicMessage.Builder back = DynamicMessage.newBuilder(type);
            JsonFormat.parser().merge(printed, back);
            assertThat(text(back.build())).as("printed, seed " + seed).isEqualTo(text(message));
            String theirs = JsonFormat.printer().print(message);
            assertThat(text(DynamicMessage.parseFrom(type, read(theirs))))
                    .as("read, seed " + seed)
                    .isEqualTo(text(message));
            assertThat(text(DynamicMessage.parseFrom(type, read(printed))))
                    .as("printed and read, seed " + seed)
                    .isEqualTo(text(message));
        }
    }

    /// Of equal messages equal: one NaN is not the other.
    private static String text(DynamicMessage message) {
        return message.toString();
    }

    @Test
    void whatIsNoMessageIsPrintedOrRefused() {
        var random = new Random(3);
        Descriptor type = EVERYTHING;
        int refused = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = message(type, random, 1).toByteArray();
            for (int j = random.nextInt(4); j >= 0 && bytes.length > 0; j--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                print(bytes, new JsonPrinter.Options(false, false, false, false));
            } catch (BadMessage _) {
                refused++;
            }
        }
        assertThat(refused).isBetween(500, 4_900);
    }

    @Test
    void whatIsNoJsonOfAMessageIsReadOrRefused() throws Exception {
        var random = new Random(4);
        Descriptor type = EVERYTHING;
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] json =
                    JsonFormat.printer()
                            .omittingInsignificantWhitespace()
                            .print(message(type, random, 1))
                            .getBytes(StandardCharsets.ISO_8859_1);
            for (int j = random.nextInt(3); j >= 0; j--) {
                json[random.nextInt(json.length)] = json[random.nextInt(json.length)];
            }
            try {
                read(new String(json, StandardCharsets.ISO_8859_1));
            } catch (BadMessage _) {
                refused++;
            }
        }
        assertThat(refused).isBetween(400, 1_960);
    }

    @Test
    void whatWaitsForATypeIsLimited() throws Exception {
        String type = "\"@type\":\"type.googleapis.com/shop.Everything\"";
        assertThat(read(any("\"int\":[%s],".formatted(zeros(9_000)), type))).isNotEmpty();
        assertThatThrownBy(() -> read(any("\"int\":[%s],".formatted(zeros(11_000)), type)))
                .hasMessageContaining("Expect @type before so much");
    }

    private static String any(String before, String type) {
        return "{\"any\":{" + before + type + "}}";
    }

    private static String zeros(int count) {
        return "0,".repeat(count - 1) + "0";
    }

    @Test
    void aMessageInManyPiecesIsHeldInAFewGrowingArrays() throws Exception {
        var frames = new Frames();
        byte[] message = new byte[100_000];
        new Random(5).nextBytes(message);
        ByteBuf all = Unpooled.buffer().writeByte(0).writeInt(message.length).writeBytes(message);
        while (all.readableBytes() > 1) {
            frames.add(all.readSlice(7 > all.readableBytes() ? all.readableBytes() - 1 : 7));
            assertThat(frames.next()).isNull();
        }
        frames.add(all);
        assertThat(frames.next()).isEqualTo(Bytes.of(message));
        assertThat(frames.held()).isZero();
    }
}
