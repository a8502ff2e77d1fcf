package dev.heddle.cli.offline;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.compiler.convert.Conversion;
import dev.heddle.compiler.convert.Conversion.Document;
import dev.heddle.compiler.convert.Options;
import dev.heddle.compiler.convert.Options.ServiceName;
import dev.heddle.compiler.world.World;
import dev.heddle.control.world.Edition;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.Json;
import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.gatewayapi.ParentReference;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// `heddle convert`: Istio's Gateways and VirtualServices, and Ingresses, as resources of the
/// Gateway API.
public final class Convert {
    private static final String GRANTS = "referencegrants";

    private Convert() {}

    /// What is wanted.
    ///
    /// @param files what to convert; empty for all that is configured
    /// @param config what else there is
    /// @param out directory for files; empty to print everything
    /// @param gatewayService as in `istio-ingressgateway.istio-system`
    public record Wish(
            List<Path> files,
            List<Path> config,
            Optional<Path> out,
            boolean json,
            boolean strict,
            String gatewayClass,
            Optional<String> gatewayService) {}

    /// Prints what was made on standard output, or writes it, and what cannot be carried over on
    /// the other.
    ///
    /// @return 1 when a file cannot be read as it is, or, if it must not be, something is lost
    public static int run(Wish wish, Machine machine) {
        if (wish.files().isEmpty() && wish.config().isEmpty()) {
            throw Failure.usage(
                    "there is nothing to convert",
                    "name files with -f, or a directory with --config");
        }
        var all = new ArrayList<>(wish.files());
        all.addAll(wish.config());
        Edition edition = Configuration.read(all, machine.in());
        World world = edition.world();
        Predicate<String> isMeant = meant(wish);
        Conversion made =
                Conversion.of(
                        world,
                        new Options(
                                wish.gatewayClass(), wish.gatewayService().map(Convert::service)));
        List<Document> documents =
                made.documents().stream()
                        .filter(d ->
                                d.of().isEmpty()
                                        || d.of().stream()
                                                .anyMatch(id -> isMeant.test(fileOf(world, id))))
                        .toList();
        List<Diagnostic> losses =
                made.losses().stream().filter(l -> isMeant.test(l.origin().file())).toList();
        List<ResourceId> replaced =
                made.replaced().stream().filter(id -> isMeant.test(fileOf(world, id))).toList();
        List<Diagnostic> broken =
                edition.findings().stream()
                        .filter(d -> d.severity() == Severity.ERROR)
                        .filter(d -> isMeant.test(d.origin().file()))
                        .toList();
        machine.err().print(FindingsText.lines(broken));
        if (wish.json()) {
            machine.out().print(json(documents, losses, replaced));
        } else if (wish.out().isPresent()) {
            write(world, documents, wish.out().get(), machine);
        } else {
            machine.out().print(yaml(world, documents));
        }
        if (!wish.json()) {
            machine.err().print(FindingsText.lines(losses));
            machine.err().println(summary(documents, losses, replaced));
        }
        return !broken.isEmpty() || (wish.strict() && !losses.isEmpty()) ? 1 : 0;
    }

    private static ServiceName service(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw Failure.usage(
                    "--gateway-service: '" + text + "' (expected: NAME.NAMESPACE)",
                    "for example istio-ingressgateway.istio-system");
        }
        return new ServiceName(parts[0], parts[1]);
    }

    /// Whether a file, by its name, is one of those to convert.
    private static Predicate<String> meant(Wish wish) {
        if (wish.files().isEmpty()) {
            return _ -> true;
        }
        List<String> names =
                wish.files().stream()
                        .flatMap(path ->
                                path.equals(Configuration.STANDARD_INPUT)
                                        ? List.of("stdin").stream()
                                        : Configuration.filesOf(path).stream().map(Path::toString))
                        .toList();
        return names::contains;
    }

    private static Optional<Resource<?>> find(World world, ResourceId id) {
        return world.resources().all().stream().filter(r -> r.id().equals(id)).findFirst();
    }

    private static String fileOf(World world, ResourceId id) {
        return find(world, id).map(r -> r.source().file()).orElse("");
    }

    private static String summary(
            List<Document> documents, List<Diagnostic> losses, List<ResourceId> replaced) {
        return "%s in the place of %s; %s"
                .formatted(
                        counted(documents.size(), "resource"),
                        counted(replaced.size(), "resource"),
                        losses.isEmpty()
                                ? "nothing is lost"
                                : counted(losses.size(), "thing") + " cannot be carried over");
    }

    private static String counted(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static String yaml(World world, List<Document> documents) {
        var text = new StringBuilder();
        Set<ResourceId> told = new HashSet<>();
        for (Document document : documents) {
            text.append(text.isEmpty() ? "" : "---\n")
                    .append(comment(world, document, told))
                    .append(YamlWriter.write(document.tree()));
        }
        return text.toString();
    }

    /// What it was made of, and, above the first that was, what stood above that.
    private static String comment(World world, Document document, Set<ResourceId> told) {
        Optional<Resource<?>> of =
                document.of().stream().findFirst().flatMap(id -> find(world, id));
        if (of.isEmpty()) {
            return "";
        }
        var text = new StringBuilder();
        boolean isOfGateways = document.id().kind().group().equals(ParentReference.GATEWAY_GROUP);
        if (isOfGateways && told.add(of.get().id())) {
            of.get()
                    .source()
                    .text()
                    .lines()
                    .takeWhile(line -> line.startsWith("#") || line.isBlank())
                    .filter(line -> !line.isBlank())
                    .forEach(line -> text.append(line).append('\n'));
        }
        var origin = of.get().origin();
        return text.append("# Made of ")
                .append(of.get().id())
                .append(" (")
                .append(origin.file())
                .append(':')
                .append(origin.position().line())
                .append(")\n")
                .toString();
    }

    private static String json(
            List<Document> documents, List<Diagnostic> losses, List<ResourceId> replaced) {
        return Json.pretty(
                Node.Mapping.EMPTY
                        .with("resources", documents.stream().map(Document::tree).toList())
                        .with("notCarriedOver", losses.stream().map(FindingsText::node).toList())
                        .with(
                                "replaced",
                                replaced.stream().map(id -> Node.of(id.toString())).toList()));
    }

    /// Each file's resources go to a file of its name.
    private static void write(
            World world, List<Document> documents, Path directory, Machine machine) {
        Map<String, List<Document>> byFile = new LinkedHashMap<>();
        for (Document document : documents) {
            String file =
                    document.of().stream().findFirst().map(id -> fileOf(world, id)).orElse("");
            byFile.computeIfAbsent(file, _ -> new ArrayList<>()).add(document);
        }
        Map<Path, String> texts = new LinkedHashMap<>();
        byFile.forEach((file, own) -> {
            Path path = free(directory, file.isEmpty() ? GRANTS : name(file), texts);
            texts.put(path, yaml(world, own));
        });
        try {
            Files.createDirectories(directory);
            for (Path path : texts.keySet()) {
                if (Files.exists(path)) {
                    throw Failure.of(
                            path + " is there already",
                            "name a directory that is empty with --out");
                }
            }
            for (Map.Entry<Path, String> text : texts.entrySet()) {
                Files.writeString(text.getKey(), text.getValue(), StandardCharsets.UTF_8);
                machine.out().println(text.getKey());
            }
        } catch (IOException e) {
            throw Failure.of("%s cannot be written: %s".formatted(directory, e.getMessage()), "");
        }
    }

    private static Path free(Path directory, String name, Map<Path, String> taken) {
        Path path = directory.resolve(name + ".yaml");
        for (int i = 2; taken.containsKey(path); i++) {
            path = directory.resolve(name + "-" + i + ".yaml");
        }
        return path;
    }

    private static String name(String file) {
        String name = String.valueOf(Path.of(file).getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
