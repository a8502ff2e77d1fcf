package dev.heddle.console.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The console's page: files from the jar, read once.
///
/// @param files by name
record Page(Map<String, String> files) {
    private static final String FOLDER = "/dev/heddle/console/page/";

    static Page load() {
        var files = new LinkedHashMap<String, String>();
        for (String name : List.of("index.html", "console.css", "console.js", "favicon.svg")) {
            files.put(name, read(name));
        }
        return new Page(files);
    }

    private static String read(String name) {
        try (var in = Page.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException(FOLDER + name + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Route route(String path, String name, String contentType) {
        String text = String.valueOf(files.get(name));
        return new Route(
                "GET",
                path,
                "the console's page: " + name,
                Map.of(),
                new Rule.Open("a page without anything in it"),
                _ -> ApiResponse.text(contentType, text));
    }
}
