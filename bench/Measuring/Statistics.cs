namespace Postern.Bench.Measuring;

internal static class Statistics
{
    public static double Median(IReadOnlyCollection<double> samples)
    {
        var sorted = samples.Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
