package io.rapidbyte.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that somebody most likely meant to type. */
final class NearestName {
    /** Longer texts are no mistyped names, and the distance takes time in their product. */
    private static final int MAX_CHARS = 64;

    private NearestName() {}

    /** Empty where none is near: within a third of its length, and at least one slip. */
    static Optional<String> of(String typed, Collection<String> names) {
        if (typed.length() > MAX_CHARS) {
            return Optional.empty();
        }
        return names.stream()
                .filter(name -> distance(typed, name) <= Math.max(1, name.length() / 3))
                .min(Comparator.comparingInt((String name) -> distance(typed, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /**
     * Insertions, deletions, substitutions and swaps of neighbours, case ignored: Damerau-Levenshtein distance
     * in its form where no part is edited twice.
     */
    static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(a, b, cost, i, j);
            }
        }
        return cost[a.length()][b.length()];
    }

    private static int cheapest(String a, String b, int[][] cost, int i, int j) {
        int substitution = cost[i - 1][j - 1] + (same(a, i, b, j) ? 0 : 1);
        int best = Math.min(substitution, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        boolean swapped = i > 1 && j > 1 && same(a, i, b, j - 1) && same(a, i - 1, b, j);
        return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
    }

    private static boolean same(String a, int i, String b, int j) {
        return Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
    }
}
