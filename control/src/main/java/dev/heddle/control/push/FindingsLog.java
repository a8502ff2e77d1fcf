package dev.heddle.control.push;

import dev.heddle.model.Confined;
import dev.heddle.model.Diagnostic;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says each finding once when it appears, and once when it is gone.
@Confined("pusher")
public final class FindingsLog {
    private static final Logger LOG = LoggerFactory.getLogger("dev.heddle.findings");

    private Set<Diagnostic> said = Set.of();

    /// Compares with what was said before.
    ///
    /// @param findings all that there are now
    void update(Collection<Diagnostic> findings) {
        var now = new LinkedHashSet<>(findings);
        for (Diagnostic d : now) {
            if (!said.contains(d)) {
                say(d);
            }
        }
        for (Diagnostic d : said) {
            if (!now.contains(d)) {
                LOG.info("no longer: {}", d);
            }
        }
        said = now;
    }

    private static void say(Diagnostic finding) {
        switch (finding.severity()) {
            case ERROR -> LOG.error("{}", finding);
            case WARNING -> LOG.warn("{}", finding);
            case INFO -> LOG.info("{}", finding);
        }
    }
}
