using System.Buffers;
using System.Globalization;
using System.Text;

namespace Postern.Protocol.Recordings.Exports;

/// <summary>The lines as they were shown, each with its time since the start; flows, statements, gaps and notes each as a line.</summary>
internal sealed class TextExport : RecordingExport
{
    private readonly List<RecordedLine> _lines = [];
    private readonly RecordedText _text;

    public TextExport(RecordingFacts facts) => _text = new RecordedText(facts, _lines.Add);

    public override void Write(RecordingEvent recorded, IBufferWriter<byte> output)
    {
        _text.Add(recorded);
        Flush(output);
    }

    public override void End(RecordingEnd? end, IBufferWriter<byte> output)
    {
        _text.Complete();
        Flush(output);
    }

    private void Flush(IBufferWriter<byte> output)
    {
        foreach (var line in _lines)
        {
            var at = TimeSpan.FromMicroseconds(line.Time);
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"[{(int)at.TotalHours:00}:{at.Minutes:00}:{at.Seconds:00}.{at.Milliseconds:000}] {line.Text}\n"), output);
        }
        _lines.Clear();
    }
}
