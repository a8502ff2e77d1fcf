package dev.heddle.proxy.filter.transcoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Descriptors as they come from users.
class TypesTest {
    private static Bytes changed(Consumer<FileDescriptorSet.Builder> change) throws Exception {
        FileDescriptorSet.Builder set =
                FileDescriptorSet.parseFrom(Shop.DESCRIPTORS.toByteArray()).toBuilder();
        change.accept(set);
        return Bytes.of(set.build().toByteArray());
    }

    private static Transcoder transcoder(Bytes descriptors, String service) {
        return Transcoder.of(
                descriptors,
                new Transcoder.Mapping(List.of(service), false, Set.of()),
                new Transcoder.Decoding(Transcoder.Decoding.Left.RESERVED, false, false),
                new Transcoder.Strictness(false, false, false, false, false),
                new Transcoder.Printing(false, false, false, false, false, false),
                new Transcoder.Behavior(
                        false, false, false, OptionalLong.empty(), OptionalLong.empty()));
    }

    @Test
    void whatIsMissingIsNamed() throws Exception {
        Bytes withoutImports = changed(set -> set.removeFile(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Types.read(withoutImports))
                .withMessageContaining("imports 'google/")
                .withMessageEndingWith("(expected: a set made with --include_imports)");
        Bytes without =
                changed(set ->
                        set.getFileBuilder(set.getFileCount() - 1)
                                .getMessageTypeBuilder(0)
                                .addField(
                                        FieldDescriptorProto.newBuilder()
                                                .setName("lost")
                                                .setNumber(99)
                                                .setType(FieldDescriptorProto.Type.TYPE_MESSAGE)
                                                .setTypeName(".not.There")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Types.read(without))
                .withMessageStartingWith(
                        "field 'shop.Everything.lost': type 'not.There' is not there");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> transcoder(Shop.DESCRIPTORS, "shop.Stop"))
                .withMessage("service 'shop.Stop' is not in the descriptors (there: shop.Shop)");
    }

    @Test
    void whatIsNoDescriptorIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> transcoder(Bytes.EMPTY, "shop.Shop"))
                .withMessage("no file in it (expected: a FileDescriptorSet)");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        transcoder(
                                Bytes.of("no set".getBytes(StandardCharsets.UTF_8)), "shop.Shop"))
                .withMessageStartingWith("cannot be read: ");
        byte[] half = Arrays.copyOf(Shop.DESCRIPTORS.toByteArray(), 20_000);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> transcoder(Bytes.of(half), "shop.Shop"))
                .withMessageStartingWith("cannot be read: ");
    }

    @Test
    void namesInJsonAreThoseOfTheDescriptorOrInCamelCase() {
        MessageType type = Shop.TYPES.known("shop.Everything");
        assertThat(type.find("anotherName")).isSameAs(type.find("other_name")).isNotNull();
        assertThat(type.find("otherName")).isNull();
        assertThat(Types.camelCase("a_bc_1_D__e")).isEqualTo("aBc1DE");
    }

    @Test
    void presenceIsThatOfTheSyntax() {
        MessageType type = Shop.TYPES.known("shop.Everything");
        assertThat(type.fields())
                .filteredOn(field -> Set.of("maybe", "one_text", "inner").contains(field.name()))
                .hasSize(3)
                .allMatch(MessageType.Field::isPresent);
        assertThat(type.find("int32")).matches(field -> field != null && !field.isPresent());
        assertThat(Shop.TYPES.known("older.Old").find("name"))
                .matches(field -> field != null && field.isPresent());
    }

    @Test
    void aNumberAsTheWholeBodyIsRead() throws BadMessage {
        // Envoy waits for more of it, and calls the server without a message.
        var messages =
                new RequestMessages(
                        new RequestMessages.Plan(
                                Shop.TYPES,
                                Shop.TYPES.known("shop.Everything"),
                                "int32",
                                List.of(),
                                false,
                                false),
                        false);
        messages.read(new byte[] {'5'});
        messages.end();
        assertThat(messages.next()).containsExactly(0, 0, 0, 0, 2, 8, 5);
    }

    @Test
    void anEntryWithoutAValueIsPrinted() throws BadMessage {
        // Envoy 1.40 ends with a signal where a server sends that.
        var printer =
                new JsonPrinter(Shop.TYPES, new JsonPrinter.Options(false, false, false, false));
        JsonText out = printer.output();
        printer.print(
                Shop.TYPES.known("shop.Everything"),
                Bytes.of(new byte[] {(byte) 0xb2, 1, 3, 0x0a, 1, 'c'}),
                out);
        assertThat(out.take())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("{\"numbers\":{\"c\":0}}");
    }

    @Test
    void messagesWithinMessagesAreLimited() {
        var printer =
                new JsonPrinter(Shop.TYPES, new JsonPrinter.Options(false, false, false, false));
        byte[] message = new byte[0];
        for (int i = 0; i < 102; i++) {
            message = new WireWriter().bytes(17, Bytes.of(message)).toBytes().toByteArray();
        }
        Bytes deep = Bytes.of(message);
        assertThatExceptionOfType(BadMessage.class)
                .isThrownBy(() ->
                        printer.print(Shop.TYPES.known("shop.Everything"), deep, printer.output()))
                .withMessage("allowed depth exceeded");
    }
}
