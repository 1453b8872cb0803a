using System.Buffers;
using System.Text;

namespace Postern.Protocol.Recordings.Exports;

/// <summary>Text from bytes that may be cut within a character: the beginning of one is kept for the next piece. What is no UTF-8 becomes U+FFFD.</summary>
internal sealed class Utf8Pieces
{
    private readonly Decoder _decoder = new UTF8Encoding(false).GetDecoder();
    private readonly ArrayBufferWriter<char> _text = new();

    /// <summary>Valid until the next call.</summary>
    public ReadOnlySpan<char> Next(ReadOnlySpan<byte> piece, bool last = false)
    {
        _text.ResetWrittenCount();
        _decoder.Convert(piece, _text, last, out _, out _);
        return _text.WrittenSpan;
    }
}
