namespace Postern.Server.Recordings.Reading;

/// <summary>Readings that wait for the call that goes on with them, so that a long recording is read once and not once for each piece. One that is not here begins anew.</summary>
internal sealed class OpenReadings(TimeProvider time) : IDisposable
{
    private const int MaxOpen = 32;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly List<(string Key, OpenReading Reading, long Since)> _open = [];

    /// <param name="caller">Nobody goes on with what another one reads.</param>
    /// <param name="sessionId">Whose recording.</param>
    /// <param name="secrets">Unmasked.</param>
    /// <param name="position">Where it stands.</param>
    public static string KeyOf(string caller, string sessionId, bool secrets, long position) => $"{caller}\n{sessionId}\n{secrets}\n{position}";

    public OpenReading? Take(string key)
    {
        lock (_lock)
        {
            var index = _open.FindIndex(one => one.Key == key);
            if (index < 0)
                return null;
            var reading = _open[index].Reading;
            _open.RemoveAt(index);
            return reading;
        }
    }

    public void Keep(string key, OpenReading reading)
    {
        lock (_lock)
        {
            _open.Add((key, reading, time.GetTimestamp()));
            while (_open.Count > MaxOpen || time.GetElapsedTime(_open[0].Since) > Longest)
            {
                _open[0].Reading.Dispose();
                _open.RemoveAt(0);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var (_, reading, _) in _open)
                reading.Dispose();
            _open.Clear();
        }
    }
}
