package dev.heddle.samples.bookinfo;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// How many stars readers gave. Ratings that are posted are kept until the process ends.
public record Ratings(Map<Integer, Json> posted) implements BookService {
    /// Ratings to begin with.
    Ratings() {
        this(new ConcurrentHashMap<>());
    }

    @Override
    public Reply answer(Call call) {
        int id = BookService.productId(call, "ratings");
        if (id < 0) {
            return Reply.error(400, "please provide numeric product ID");
        }
        return switch (call.method()) {
            case "GET", "HEAD" -> Reply.json(200, ratings(id));
            case "POST" -> post(id, call.body());
            default -> Reply.error(405, "only GET and POST are understood here");
        };
    }

    private Reply post(int id, String body) {
        try {
            posted.put(id, Json.parse(body));
        } catch (IllegalArgumentException _) {
            return Reply.error(400, "please provide valid ratings JSON");
        }
        return Reply.json(200, ratings(id));
    }

    private Json ratings(int id) {
        return Json.object(
                "id",
                id,
                "ratings",
                posted.getOrDefault(id, Json.object("Reviewer1", 5, "Reviewer2", 4)));
    }
}
