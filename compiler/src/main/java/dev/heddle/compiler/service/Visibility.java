package dev.heddle.compiler.service;

import java.util.List;

/// Who sees a resource: Istio's `exportTo`.
public final class Visibility {
    private Visibility() {}

    /// Whether somebody in the viewer's namespace sees a resource of the owner's.
    ///
    /// @param exportTo `.` its own namespace, `*` all, `~` none, or names; none means all
    public static boolean reaches(List<String> exportTo, String owner, String viewer) {
        if (exportTo.isEmpty()) {
            return true;
        }
        return exportTo.stream()
                .anyMatch(to ->
                        switch (to) {
                            case "*" -> true;
                            case "." -> owner.equals(viewer);
                            case "~" -> false;
                            default -> to.equals(viewer);
                        });
    }

    /// Whether it is for its own namespace only.
    public static boolean isPrivate(List<String> exportTo) {
        return exportTo.equals(List.of("."));
    }

    /// Whether every namespace sees it.
    public static boolean isPublic(List<String> exportTo) {
        return exportTo.isEmpty() || exportTo.contains("*");
    }
}
