package dev.heddle.e2e;

import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.Explanation.Reply;
import dev.heddle.compiler.explain.Explanation.Share;
import dev.heddle.compiler.ir.HeaderEdit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Compares what `heddle explain` says of a request with what became of it.
///
/// Explain knows configuration, not what goes on: which hosts failed and are not called for a while
/// is left out of the comparison.
///
/// @param said beforehand
/// @param answer empty where the connection was closed without any
record Foretold(
        TwoPlanes planes, TwoPlanes.Asked asked, Explanation said, Optional<Answer> answer) {
    private static final String NO_HOSTS = "no healthy upstream";

    /// Headers that a proxy writes, whatever rules say.
    private static final Set<String> PROXYS = Set.of("host", ":authority", "user-agent");

    /// What is not as it was said; empty where all is.
    List<String> mistakes() {
        var mistakes = new ArrayList<String>();
        if (said.reply().isPresent()) {
            answered(said.reply().get(), mistakes);
        } else {
            forwarded(mistakes);
        }
        return mistakes;
    }

    private void answered(Reply reply, List<String> mistakes) {
        if (reply.status() == 0) {
            if (answer.isPresent()) {
                mistakes.add("closed (came: " + answer.get().status() + ")");
            }
            return;
        }
        if (answer.isEmpty() || answer.get().status() != reply.status()) {
            mistakes.add(
                    "answer %s (came: %s)".formatted(reply, answer.map(Answer::status).orElse(0)));
            return;
        }
        if (reply.grpcStatus().isPresent()
                && !answer.get()
                        .header("grpc-status")
                        .equals(Optional.of(Integer.toString(reply.grpcStatus().getAsInt())))) {
            mistakes.add(
                    "grpc-status %s (came: %s)"
                            .formatted(reply.grpcStatus(), answer.get().header("grpc-status")));
        }
        answer.get()
                .destination()
                .ifPresent(by -> mistakes.add("answered by the proxy (came from: " + by + ")"));
        Optional<String> location = answer.get().header("location");
        if (location.isPresent() && !location.get().equals(reply.detail())) {
            mistakes.add("location " + reply.detail() + " (came: " + location.get() + ")");
        }
    }

    private void forwarded(List<String> mistakes) {
        Set<String> possible =
                said.destinations().stream()
                        .flatMap(share -> share.endpoints().stream())
                        .map(planes::who)
                        .collect(Collectors.toSet());
        if (answer.isEmpty()) {
            mistakes.add("to " + possible + " (came: no answer)");
            return;
        }
        Optional<String> by = answer.get().destination();
        if (by.isEmpty()) {
            // Who failed before is not called, which nobody could say beforehand.
            if (!answer.get().body().equals(NO_HOSTS)) {
                mistakes.add("to " + possible + " (came: " + answer.get().status() + ")");
            }
            return;
        }
        if (!possible.contains(by.get())) {
            mistakes.add("to " + possible + " (came from: " + by.get() + ")");
        }
        if (said.virtualHost().isEmpty()) {
            return; // Bytes are not looked at.
        }
        seen("path", said.sent().path(), mistakes);
        seen("authority", said.sent().authority(), mistakes);
        headers(mistakes);
    }

    private void seen(String what, String expected, List<String> mistakes) {
        String seen = answer.orElseThrow().seen(what).orElse("");
        if (!seen.equals(expected)) {
            mistakes.add(what + " " + expected + " (came: " + seen + ")");
        }
    }

    /// Those that are written once: which of several writes is the last is the proxies' matter.
    private void headers(List<String> mistakes) {
        List<HeaderEdit> edits =
                said.destinations().size() == 1
                        ? List.of(said.headers(), said.destinations().getFirst().headers())
                        : List.of(said.headers());
        Map<String, Long> times =
                edits.stream()
                        .flatMap(edit -> edit.request().writes().stream())
                        .collect(
                                Collectors.groupingBy(
                                        HeaderEdit.Write::name, Collectors.counting()));
        edits.stream()
                .flatMap(edit -> edit.request().writes().stream())
                .filter(write -> write.replace() && times.getOrDefault(write.name(), 0L) == 1)
                .filter(write -> !write.value().contains("%") && !PROXYS.contains(write.name()))
                .forEach(write -> seen("header:" + write.name(), write.value(), mistakes));
        edits.stream()
                .flatMap(edit -> edit.request().removals().stream())
                .filter(name -> !times.containsKey(name) && !PROXYS.contains(name))
                .filter(name -> answer.orElseThrow().seen("header:" + name).isPresent())
                .forEach(name -> mistakes.add("without " + name));
    }

    /// As people read it.
    String text() {
        return "%s%nsaid   %s %s%ncame   %s%n%s"
                .formatted(
                        asked,
                        mistakes(),
                        said.destinations().stream().map(Share::cluster).toList(),
                        answer.map(a -> a.status() + " " + a.headers() + " " + a.body()).orElse(""),
                        said.tried().stream()
                                .map(t ->
                                        (t.matched() ? "yes " : "no  ") + t.what() + ": " + t.why())
                                .collect(Collectors.joining("\n")));
    }
}
