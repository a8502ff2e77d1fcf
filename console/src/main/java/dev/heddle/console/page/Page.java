package dev.heddle.console.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All files of the page, read once from the jar.
public final class Page {
    private static final String INDEX = "index.html";

    /// Lists the files; the build writes it.
    private static final String LIST = "files.txt";

    /// What is of the API, however it is spelled: the page has no places there.
    private static final Set<String> OF_API = Set.of("api", "metrics", "healthz");

    private final Map<String, PageFile> files;

    private Page(Map<String, PageFile> files) {
        this.files = files;
    }

    /// Reads what the build packed.
    ///
    /// @throws IllegalStateException when there is nothing
    public static Page load() {
        var files = new LinkedHashMap<String, PageFile>();
        for (String name : new String(read(LIST), StandardCharsets.UTF_8).lines().toList()) {
            files.put(
                    name, new PageFile(name, read(name), Optional.ofNullable(found(name + ".gz"))));
        }
        if (!files.containsKey(INDEX)) {
            throw new IllegalStateException("the page has no " + INDEX + "; build it again");
        }
        return new Page(Map.copyOf(files));
    }

    private static byte[] read(String name) {
        byte[] bytes = found(name);
        if (bytes == null) {
            throw new IllegalStateException("page: " + name + " is not in the jar; build it again");
        }
        return bytes;
    }

    private static byte @Nullable [] found(String name) {
        try (var in = Page.class.getResourceAsStream(name)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What a browser gets for a path; empty where there is no file and no place of the page. A
    /// place inside the page, which the page itself finds by its path, is the page: for who wants
    /// HTML, so that a program that takes a wrong path is told so.
    ///
    /// @param segments of the path, decoded
    /// @param accept as in `text/html, */*`
    /// @param encodings that are accepted
    /// @param known what the browser has already (`If-None-Match`)
    public Optional<PageAnswer> answer(
            List<String> segments, String accept, String encodings, String known) {
        boolean isOfApi = !segments.isEmpty() && OF_API.contains(segments.getFirst());
        boolean isPlace = segments.isEmpty() || (!isOfApi && accept.contains("text/html"));
        PageFile file = files.get(String.join("/", segments));
        return Optional.ofNullable(file)
                .or(() -> isPlace ? Optional.ofNullable(files.get(INDEX)) : Optional.empty())
                .map(it -> it.answer(encodings, known));
    }
}
