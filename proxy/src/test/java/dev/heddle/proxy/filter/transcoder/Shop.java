package dev.heddle.proxy.filter.transcoder;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import dev.heddle.xds.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// The service of the tests, as `shop.proto` has it.
final class Shop {
    static final Bytes DESCRIPTORS = Bytes.of(read());

    static final Types TYPES = Types.read(DESCRIPTORS);

    private Shop() {}

    private static byte[] read() {
        try (InputStream in =
                Shop.class.getResourceAsStream("/dev/heddle/proxy/transcoder/shop.pb")) {
            return Objects.requireNonNull(in).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The same as protobuf's library has it.
    static Map<String, Descriptor> descriptors() {
        var files = new HashMap<String, FileDescriptor>();
        var types = new HashMap<String, Descriptor>();
        try {
            for (FileDescriptorProto file :
                    FileDescriptorSet.parseFrom(DESCRIPTORS.toByteArray()).getFileList()) {
                FileDescriptor built =
                        FileDescriptor.buildFrom(
                                file,
                                file.getDependencyList().stream()
                                        .map(files::get)
                                        .toArray(FileDescriptor[]::new));
                files.put(file.getName(), built);
                built.getMessageTypes().forEach(it -> types.put(it.getFullName(), it));
            }
        } catch (DescriptorValidationException | IOException e) {
            throw new AssertionError(e);
        }
        return types;
    }
}
