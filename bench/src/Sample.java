/**
 * What one way took once.
 *
 * @param wallSeconds from start to end
 * @param cpuSeconds of the tool; the servers are not in it
 * @param peakRssMib of the tool's largest process
 */
record Sample(double wallSeconds, double cpuSeconds, double peakRssMib) {
    /** What GNU time is asked for. */
    static final String GNU_TIME = "%e %U %S %M";

    static Sample ofGnuTime(String line) {
        String[] fields = line.split(" ");
        double cpuSeconds = Double.parseDouble(fields[1]) + Double.parseDouble(fields[2]);
        return new Sample(Double.parseDouble(fields[0]), cpuSeconds, Double.parseDouble(fields[3]) / 1024);
    }

    /** Reads three numbers, separated by spaces, in the order of the fields. */
    static Sample of(String line) {
        String[] fields = line.split(" ");
        return new Sample(
                Double.parseDouble(fields[0]), Double.parseDouble(fields[1]), Double.parseDouble(fields[2]));
    }
}
