package dev.heddle.proxy.kept;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// G16: what is on disk and is not believed; G25: what is held back.
final class SnapshotKeeperTest {
    private static final String NODE = "sidecar~127.0.0.1~a.default~default.svc.cluster.local";

    @TempDir private Path directory;
    private Instant now = Instant.parse("2026-05-04T10:00:00Z");

    private SnapshotKeeper keeper(String node) {
        return new SnapshotKeeper(directory, node, () -> now, Runnable::run, Runnable::run);
    }

    private static XdsResource resource(XdsType type, String name, String content) {
        return new XdsResource(name, "1", Any.of(type.typeUrl(), Bytes.utf8(content)));
    }

    private static Map<XdsType, List<XdsResource>> resources(String content) {
        return Map.of(
                XdsType.CLUSTER, List.of(resource(XdsType.CLUSTER, "a", content)),
                XdsType.LISTENER, List.of(resource(XdsType.LISTENER, "web", "l")));
    }

    private SnapshotKeeper kept(String content) {
        SnapshotKeeper keeper = keeper(NODE);
        keeper.begin();
        keeper.keep(resources(content), false);
        return keeper;
    }

    private Path latest() {
        return directory.resolve(SnapshotKeeper.LATEST);
    }

    private void assertIgnored(String node) {
        assertThat(keeper(node).latest()).isEmpty();
    }

    @Test
    void whatIsWrittenIsReadAndOnlyItsOwnerMay() throws IOException {
        kept("one");
        assertThat(keeper(NODE).latest()).contains(resources("one"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(latest())))
                .isEqualTo("rw-------");
        try (var files = Files.list(directory)) {
            assertThat(files.map(it -> it.getFileName().toString()))
                    .containsExactlyInAnyOrder("latest", "attempts");
        }
    }

    @Test
    void aBitThatFlippedAnywhereIsNoticed() throws Exception {
        kept("one");
        byte[] whole = Files.readAllBytes(latest());
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> KeptSnapshot.read(flipped))
                    .isInstanceOf(Unusable.class)
                    .message()
                    .containsAnyOf("its checksum is wrong", "this version's format");
        }
        whole[whole.length / 2] ^= 1;
        Files.write(latest(), whole);
        assertIgnored(NODE);
    }

    @Test
    void oneThatIsCutOffAnywhereIsNoticed() throws Exception {
        kept("one");
        byte[] whole = Files.readAllBytes(latest());
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> KeptSnapshot.read(cut))
                    .isInstanceOf(Unusable.class)
                    .hasMessageContaining("cut off");
        }
        Files.write(latest(), Arrays.copyOf(whole, whole.length - 1));
        assertIgnored(NODE);
    }

    @Test
    void thatOfAnotherNodeIsIgnored() {
        kept("one");
        assertThat(keeper(NODE).latest()).isPresent();
        assertIgnored("another");
    }

    @Test
    void thatOfAnotherFormatIsIgnored() throws Exception {
        kept("one");
        byte[] other = Files.readAllBytes(latest());
        other["heddle snapshot ".length()] = '0';
        assertThatThrownBy(() -> KeptSnapshot.read(other))
                .hasMessage("it is not of this version's format, 'heddle snapshot 1'");
        Files.write(latest(), other);
        assertIgnored(NODE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-rw----", "rw----rw-", "rw-----w-"})
    void oneThatOthersMayWriteIsIgnored(String permissions) throws IOException {
        kept("one");
        Files.setPosixFilePermissions(latest(), PosixFilePermissions.fromString(permissions));
        assertThatThrownBy(() -> files(it -> it).read(SnapshotKeeper.LATEST))
                .hasMessage(
                        "it can be written by others, %s (expected: by its owner alone)"
                                .formatted(permissions));
        assertIgnored(NODE);
    }

    @Test
    void oneInADirectoryThatOthersMayWriteIsIgnored() throws IOException {
        kept("one");
        var before = Files.getPosixFilePermissions(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertIgnored(NODE);
        Files.setPosixFilePermissions(directory, before);
        assertThat(keeper(NODE).latest()).isPresent();
    }

    @Test
    void oneOfAnotherUserAndALinkAreIgnored() throws IOException {
        kept("one");
        Path moved = directory.resolve("elsewhere");
        Files.move(latest(), moved);
        Files.createSymbolicLink(latest(), moved);
        assertThatThrownBy(() -> files(it -> it).read(SnapshotKeeper.LATEST))
                .hasMessage("it is no file");
        Files.delete(latest());
        Files.move(moved, latest());
        assertThat(keeper(NODE).latest()).isPresent();
        assumeTrue(Files.getAttribute(latest(), "unix:uid").equals(0), "only root gives away");
        Files.setAttribute(latest(), "unix:uid", 12_345);
        assertIgnored(NODE);
    }

    @Test
    void oneThatIsTooOldOrOfTheFutureIsIgnored() {
        kept("one");
        now = now.plus(SnapshotKeeper.MOST_AGE);
        assertThat(keeper(NODE).latest()).isPresent();
        now = now.plusMillis(1);
        assertIgnored(NODE);
        now = now.minus(SnapshotKeeper.MOST_AGE).minus(Duration.ofDays(2));
        assertIgnored(NODE);
    }

    @Test
    void aDiskThatIsFullAtAnyByteLeavesWhatThereWas() throws IOException {
        kept("one");
        var whole = new ByteArrayOutputStream();
        new KeptSnapshot(NODE, now, resources("two")).write(whole);
        for (int bytes = 0; bytes < whole.size(); bytes++) {
            int room = bytes;
            var keeper =
                    new SnapshotKeeper(
                            files(out -> new Full(out, room)),
                            NODE,
                            () -> now,
                            Runnable::run,
                            Runnable::run);
            keeper.keep(resources("two"), false);
            assertThat(keeper(NODE).latest()).contains(resources("one"));
            assertThat(directory.resolve(".latest.next")).doesNotExist();
        }
        kept("two");
        assertThat(keeper(NODE).latest()).contains(resources("two"));
    }

    private SnapshotFile files(UnaryOperator<OutputStream> onItsWay) {
        return new SnapshotFile(directory, onItsWay);
    }

    /// A disk with room for so many bytes.
    private static final class Full extends FilterOutputStream {
        private int room;

        Full(OutputStream out, int room) {
            super(out);
            this.room = room;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            int fits = Math.min(room, length);
            out.write(bytes, from, fits);
            room -= fits;
            if (fits < length) {
                throw new IOException("No space left on device");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-----BEGIN EC PRIVATE KEY-----\nsecret",
                "envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute ann:secret",
                "envoy.extensions.filters.http.api_key_auth.v3.ApiKeyAuthPerRoute secret"
            })
    void whatIsSecretIsNotWritten(String content) throws IOException {
        kept("one");
        SnapshotKeeper keeper = keeper(NODE);
        keeper.keep(resources(content), false);
        assertThat(keeper(NODE).latest()).contains(resources("one"));
        try (var files = Files.list(directory)) {
            assertThat(files).isNotEmpty().noneMatch(it -> read(it).contains("secret"));
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), ISO_8859_1);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// A process that tries this and is gone.
    private SnapshotKeeper crash(String content) {
        SnapshotKeeper keeper = keeper(NODE);
        keeper.begin();
        resources(content).forEach(keeper::onTry);
        now = now.plusSeconds(10);
        return keeper;
    }

    private Optional<String> objection(SnapshotKeeper keeper, String content) {
        return keeper.objection(XdsType.CLUSTER, resource(XdsType.CLUSTER, "a", content));
    }

    private void good(String content) {
        SnapshotKeeper keeper = keeper(NODE);
        keeper.begin();
        keeper.keep(resources(content), true);
        keeper.end();
    }

    @Test
    void afterThreeCrashesTheGoodOneIsBegunWithAndTheOtherHeldBack() {
        good("good");
        crash("bad");
        crash("bad");
        crash("bad");
        SnapshotKeeper next = keeper(NODE);
        assertThat(next.begin()).contains(resources("good"));
        assertThat(next.suspects()).isEqualTo(1);
        assertThat(objection(next, "bad"))
                .hasValue(
                        "is held back, as 3 processes of this proxy ended within 60 s under it"
                                + " (expected: another version)");
        assertThat(next.heldBack(List.of("x", "a"))).hasValue("a");
        assertThat(objection(next, "mended")).isEmpty();
        assertThat(next.heldBack(List.of("x", "a"))).isEmpty();
        next.end();
        // It stays so over a restart, for a day.
        assertThat(keeper(NODE).begin()).contains(resources("good"));
        now = now.plus(Duration.ofDays(1));
        SnapshotKeeper later = keeper(NODE);
        assertThat(later.begin()).isEmpty();
        assertThat(objection(later, "bad")).isEmpty();
    }

    @Test
    void twoCrashesOrThreeInAnHourOrOfGoodOnesHoldNothingBack() {
        good("good");
        crash("bad");
        crash("bad");
        assertThat(keeper(NODE).begin()).isEmpty();
        keeper(NODE).end();
        crash("bad");
        now = now.plus(Duration.ofMinutes(1));
        crash("bad");
        now = now.plus(Duration.ofMinutes(1));
        crash("bad");
        assertThat(keeper(NODE).begin()).isEmpty();
        keeper(NODE).end();
        crash("good");
        crash("good");
        crash("good");
        assertThat(keeper(NODE).begin()).isEmpty();
    }

    @Test
    void aProcessThatEndedAsAskedIsNoCrash() {
        good("good");
        crash("bad");
        crash("bad").end();
        crash("bad");
        crash("bad");
        assertThat(keeper(NODE).begin()).isEmpty();
    }

    @Test
    void withoutAGoodOneNothingIsHeldBack() {
        crash("bad");
        crash("bad");
        crash("bad");
        SnapshotKeeper next = keeper(NODE);
        assertThat(next.begin()).isEmpty();
        assertThat(objection(next, "bad")).isEmpty();
    }
}
