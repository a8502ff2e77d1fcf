package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Table;
import java.util.ArrayList;
import java.util.List;

/// `heddle ca federation`: how it stands with other trust domains.
public final class FederationStatus {
    private static final String NOTHING = "-";

    private FederationStatus() {}

    /// Prints it.
    ///
    /// @return 1 while one of them cannot be read or is not believed
    public static int run(Api api, boolean json, Machine machine) {
        Api.Reply reply = api.get("federation");
        List<Answer> domains = reply.answer().at("trustDomains").items();
        if (json) {
            machine.out().print(reply.body());
        } else {
            var rows = new ArrayList<List<String>>();
            domains.forEach(domain -> rows.add(row(domain)));
            machine.out()
                    .print(
                            new Table(
                                            List.of(
                                                    "TRUST DOMAIN",
                                                    "NUMBER",
                                                    "ROOTS",
                                                    "UNTIL",
                                                    "READ",
                                                    "FROM",
                                                    "TROUBLE"),
                                            rows)
                                    .print());
        }
        return domains.stream().allMatch(FederationStatus::isGood) ? 0 : 1;
    }

    private static boolean isGood(Answer domain) {
        return domain.at("trouble").text().isEmpty() && !domain.at("roots").items().isEmpty();
    }

    private static List<String> row(Answer domain) {
        List<Answer> roots = domain.at("roots").items();
        String url = domain.at("url").text();
        return List.of(
                domain.at("name").text(),
                said(domain.at("sequence").text()),
                String.valueOf(roots.size()),
                roots.stream()
                        .map(root -> root.at("notAfter").text())
                        .min(String::compareTo)
                        .orElse(NOTHING),
                said(domain.at("read").text()),
                url.isEmpty() ? "configuration" : url + " " + domain.at("profile").text(),
                said(domain.at("trouble").text()).replaceAll("\\p{Cntrl}", "?"));
    }

    private static String said(String text) {
        return text.isEmpty() ? NOTHING : text;
    }
}
