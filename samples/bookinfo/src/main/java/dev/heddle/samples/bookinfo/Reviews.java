package dev.heddle.samples.bookinfo;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What readers say. The version decides how: v1 says it in words only, v2 adds the ratings as
/// black stars, v3 as red ones.
///
/// @param pod who answers, as in `reviews-v2`
/// @param cluster where, as in Kubernetes' cluster name; `null` in words when unknown
public record Reviews(Stars stars, String pod, String cluster, Peers peers) implements BookService {

    /// How a version shows ratings.
    enum Stars {
        /// Not at all; ratings are not asked.
        NONE(Duration.ZERO),
        /// In black, with much patience for the ratings service.
        BLACK(Duration.ofSeconds(10)),
        /// In red, with less patience. Istio's fault injection task lives off the difference.
        RED(Duration.ofMillis(2500));

        private final Duration patience;

        Stars(Duration patience) {
            this.patience = patience;
        }

        /// The stars of a version.
        ///
        /// @throws IllegalArgumentException for a version that there is not
        static Stars of(String version) {
            return switch (version) {
                case "v1" -> NONE;
                case "v2" -> BLACK;
                case "v3" -> RED;
                default ->
                        throw new IllegalArgumentException(
                                "version: " + version + " (expected: v1, v2 or v3)");
            };
        }

        private String colour() {
            return this == RED ? "red" : "black";
        }
    }

    @Override
    public Reply answer(Call call) {
        int id = BookService.productId(call, "reviews");
        if (id < 0) {
            return Reply.error(400, "please provide numeric product id");
        }
        if (stars == Stars.NONE) {
            return Reply.json(200, body(id, Optional.empty()));
        }
        var answer = peers.get("ratings", "/ratings/" + id, call.propagated(), stars.patience);
        var reply = Reply.json(200, body(id, answer.json()));
        return answer.pods().isEmpty() ? reply : reply.with(POD_HEADER, pod + ", " + answer.pods());
    }

    private Json body(int id, Optional<Json> ratings) {
        return Json.object(
                "id",
                Integer.toString(id),
                "podname",
                pod,
                "clustername",
                cluster,
                "reviews",
                Json.array(
                        review(
                                "Reviewer1",
                                "An extremely entertaining play by Shakespeare. "
                                        + "The slapstick humour is refreshing!",
                                ratings),
                        review(
                                "Reviewer2",
                                "Absolutely fun and entertaining. The play lacks thematic depth "
                                        + "when compared to other plays by Shakespeare.",
                                ratings)));
    }

    private Json review(String reviewer, String text, Optional<Json> ratings) {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("reviewer", new Json.Text(reviewer));
        members.put("text", new Json.Text(text));
        if (stars != Stars.NONE) {
            var given = ratings.map(r -> r.at("ratings").at(reviewer));
            members.put(
                    "rating",
                    given.orElse(new Json.Null()) instanceof Json.Num number
                            ? Json.object("stars", number, "color", stars.colour())
                            : Json.object("error", "Ratings service is currently unavailable"));
        }
        return new Json.Obj(members);
    }
}
