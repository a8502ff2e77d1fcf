package dev.heddle.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// Bytes that both proxies get, as they lie in `parity/cases.yaml`.
///
/// In a text `{a*100}` stands for a hundred times `a`, `{fields*100}` for a hundred header lines,
/// and `{port}` for the port of the listener.
///
/// @param why what it is about
/// @param manager which connection manager of `parity/managers.yaml` is asked
/// @param send what the client sends, with a pause between the pieces
/// @param upstream what the upstream answers; absent when it closes instead
/// @param upstreamCloses whether it closes after its answer
/// @param halfCloses whether the client says that nothing more comes
/// @param answers how many there are to be
/// @param waitMillis how long they are waited for
/// @param difference why the proxies differ, with what ours does; absent when they do not
record ParityCase(
        String why,
        String manager,
        List<String> send,
        Optional<String> upstream,
        boolean upstreamCloses,
        boolean halfCloses,
        int answers,
        int waitMillis,
        Optional<Difference> difference) {

    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    private static final Pattern REPEATED = Pattern.compile("\\{(.|fields)\\*(\\d+)}");

    /// A difference that is meant.
    ///
    /// @param why our reason
    /// @param ours fate of the connection, status, flags and details of our proxy
    record Difference(String why, String ours) {}

    /// The connection managers of the table: what each sets, by its name.
    static Map<?, ?> managers() {
        return (Map<?, ?>) load("managers.yaml");
    }

    /// The whole table, a case for each connection manager.
    static List<ParityCase> all() {
        var cases = new ArrayList<ParityCase>();
        for (Object row : (List<?>) load("cases.yaml")) {
            Map<?, ?> fields = (Map<?, ?>) row;
            Object managers = fields.get("managers");
            for (Object manager : managers == null ? List.of("plain") : (List<?>) managers) {
                cases.add(read(fields, manager.toString()));
            }
        }
        return cases;
    }

    private static ParityCase read(Map<?, ?> fields, String manager) {
        Object send = Objects.requireNonNull(fields.get("send"));
        Object upstream = fields.containsKey("upstream") ? fields.get("upstream") : OK;
        Object differs = fields.get("differs");
        return new ParityCase(
                Objects.toString(fields.get("why")),
                manager,
                (send instanceof List<?> pieces ? pieces : List.of(send))
                        .stream().map(piece -> expanded(piece.toString())).toList(),
                Optional.ofNullable(upstream).map(text -> expanded(text.toString())),
                Boolean.TRUE.equals(fields.get("upstream_closes")),
                Boolean.TRUE.equals(fields.get("half_closes")),
                fields.get("answers") instanceof Integer count ? count : 1,
                fields.get("wait_millis") instanceof Integer millis ? millis : 1_000,
                differs == null
                        ? Optional.empty()
                        : Optional.of(
                                new Difference(
                                        differs.toString(), Objects.toString(fields.get("ours")))));
    }

    private static String expanded(String text) {
        return REPEATED.matcher(text)
                .replaceAll(found -> {
                    int count = Integer.parseInt(found.group(2));
                    return found.group(1).equals("fields")
                            ? IntStream.range(0, count)
                                    .mapToObj(i -> "x" + i + ": 1\r\n")
                                    .collect(Collectors.joining())
                            : found.group(1).repeat(count);
                });
    }

    private static Object load(String name) {
        try (InputStream in = ParityCase.class.getResourceAsStream("/parity/" + name)) {
            return new Load(LoadSettings.builder().setLabel(name).build())
                    .loadFromInputStream(Objects.requireNonNull(in, name));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return why + " [" + manager + "]";
    }
}
