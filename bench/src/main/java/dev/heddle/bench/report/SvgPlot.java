package dev.heddle.bench.report;

import dev.heddle.bench.row.RowResult;
import dev.heddle.bench.stat.Judgement;
import dev.heddle.bench.stat.Spread;
import dev.heddle.bench.stat.Target;
import dev.heddle.bench.stat.Verdict;
import java.util.List;
import java.util.Locale;

/// A picture of a run: one line for each target that was judged.
///
/// Each value is shown as a share of its goal, so that all fit on one scale: the goal is a vertical
/// line, and what is left of it is better. The dot is the median, the whisker goes from the
/// smallest round to the largest. For figures that should be large, the share is turned over.
public final class SvgPlot {
    private static final int LABELS = 420;
    private static final int SCALE = 420;
    private static final int LINE = 26;
    private static final double WIDEST = 2.0;

    private SvgPlot() {}

    /// The picture as a document of its own.
    public static String of(List<RowResult> rows) {
        var lines = new StringBuilder();
        int count = 0;
        for (RowResult row : rows) {
            for (Judgement judgement : row.judgements()) {
                int y = 60 + LINE * count;
                switch (judgement.verdict()) {
                    case Verdict.Met(Spread spread, boolean _) ->
                            line(lines, row.id(), judgement.target(), spread, "#1f7a4d", y);
                    case Verdict.Missed(Spread spread) ->
                            line(lines, row.id(), judgement.target(), spread, "#b3412e", y);
                    case Verdict.Open _ -> {
                        continue;
                    }
                }
                count++;
            }
        }
        int height = 80 + LINE * count;
        double goal = x(1);
        return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" font-family="sans-serif" \
        font-size="13">
        <rect width="%1$d" height="%2$d" fill="#ffffff"/>
        <text x="12" y="24" font-size="15">Targets, as a share of the goal; left is better</text>
        <line x1="%3$.1f" y1="40" x2="%3$.1f" y2="%4$d" stroke="#888888" stroke-dasharray="4 3"/>
        <text x="%3$.1f" y="36" text-anchor="middle" fill="#555555">goal</text>
        %5$s</svg>
        """
                .formatted(LABELS + SCALE + 120, height, goal, height - 20, lines);
    }

    private static void line(
            StringBuilder lines, String id, Target target, Spread spread, String colour, int y) {
        double from = x(share(target, spread.min()));
        double to = x(share(target, spread.max()));
        String label = escape(id + "  " + target.title());
        lines.append(
                String.format(
                        Locale.ROOT,
                        """
                        <text x="12" y="%1$d">%2$s</text>
                        <line x1="%3$.1f" y1="%4$d" x2="%5$.1f" y2="%4$d" stroke="%6$s"/>
                        <circle cx="%7$.1f" cy="%4$d" r="5" fill="%6$s"/>
                        <text x="%8$d" y="%1$d" fill="%6$s">%9$s %10$s %11$s</text>
                        """,
                        y,
                        label,
                        Math.min(from, to),
                        y - 4,
                        Math.max(from, to),
                        colour,
                        x(share(target, spread.median())),
                        LABELS + SCALE + 10,
                        TextReport.number(spread.median()),
                        target.bound().sign(),
                        TextReport.number(target.goal())));
    }

    /// 1 at the goal, less when it is better.
    private static double share(Target target, double value) {
        double share =
                switch (target.bound()) {
                    case AT_MOST -> value / target.goal();
                    case AT_LEAST -> target.goal() / value;
                };
        return Math.clamp(share, 0, WIDEST);
    }

    private static double x(double share) {
        return LABELS + SCALE * share / WIDEST;
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
