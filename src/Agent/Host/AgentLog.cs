using System.Globalization;

namespace Postern.Agent.Host;

/// <summary>
/// One line an event on standard error, where systemd and containers take it from. Never given payloads, tokens or keys.
/// </summary>
internal sealed class AgentLog(TextWriter writer, TimeProvider time)
{
    private readonly Lock _gate = new();

    public void Info(string text) => Write("info", text);

    public void Warning(string text) => Write("warn", text);

    public void Error(string text) => Write("error", text);

    private void Write(string level, string text)
    {
        var now = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        // A text may hold what a peer sent: one event stays one line, and a terminal that shows it obeys none of it.
        var line = string.Concat(text.ReplaceLineEndings(" ").Select(c => char.IsControl(c) ? ' ' : c));
        lock (_gate)
            writer.WriteLine($"{now} {level,-5} {line}");
    }
}
