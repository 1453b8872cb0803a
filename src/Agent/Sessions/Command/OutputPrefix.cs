using System.Text;
using System.Text.RegularExpressions;

namespace Postern.Agent.Sessions.Command;

/// <summary>
/// The text a document may want before each piece of output that starts a line (stdOutSeparatorPrefix, stdErrSeparatorPrefix).
/// </summary>
internal sealed partial class OutputPrefix
{
    private readonly byte[] _text;
    private bool _atLineStart = true;

    public OutputPrefix(string name, string text)
    {
        if (!Pattern.IsMatch(text))
            throw new SessionFailedException($"The session document is not valid: properties.linux.{name} must match {Pattern}.");
        _text = Encoding.ASCII.GetBytes(text);
    }

    public int Length => _text.Length;

    /// <summary>Writes the prefix if the output that follows, whose last byte is given, starts a line. Returns the bytes written.</summary>
    public int Write(Span<byte> destination, byte lastOfOutput)
    {
        var start = _atLineStart;
        _atLineStart = lastOfOutput == (byte)'\n';
        if (!start)
            return 0;
        _text.CopyTo(destination);
        return _text.Length;
    }

    [GeneratedRegex(@"^[0-9a-zA-Z\r\n_:-]{0,30}\z")]
    private static partial Regex Pattern { get; }
}
