using System.Buffers;
using System.Globalization;
using System.Text;
using Postern.Protocol.AwsJson;

namespace Postern.Client.Transport;

/// <summary>One POST on a connection of its own (RFC 9112): what API calls need of HTTP/1.1, and no more.</summary>
internal static class DirectHttp
{
    private const int ReadSize = 16 * 1024;
    private const int MaxLine = 4 * 1024;

    /// <summary>Sends and reads the whole answer. Throws IOException when there is none, <see cref="AnswerTooLongException"/>.</summary>
    /// <param name="connection">Idle.</param>
    /// <param name="endpoint">Names the service in errors.</param>
    /// <param name="headers">All but the length, without line ends in them.</param>
    /// <param name="body">Of the request.</param>
    /// <param name="reusable">Whether the connection may carry another request.</param>
    public static AwsAnswer Post(DirectConnection connection, Uri endpoint, IReadOnlyList<KeyValuePair<string, string>> headers, ReadOnlyMemory<byte> body, out bool reusable)
    {
        connection.Stream.Write(Compose(endpoint, headers, body));
        connection.Stream.Flush();
        var head = HttpHead.Read(connection);
        reusable = head.StatusLine.StartsWith("HTTP/1.1", StringComparison.Ordinal) && !head.Says("Connection", "close");
        return new AwsAnswer(head.Status, head.Reason, ReadBody(connection, head, endpoint, ref reusable));
    }

    private static byte[] Compose(Uri endpoint, IReadOnlyList<KeyValuePair<string, string>> headers, ReadOnlyMemory<byte> body)
    {
        var text = new StringBuilder(512).Append("POST ").Append(endpoint.PathAndQuery).Append(" HTTP/1.1\r\n");
        foreach (var (name, value) in headers)
        {
            if (value.Contains('\r') || value.Contains('\n'))
                throw new HttpRequestException($"The value of {name} has a line break in it, which no header can carry.");
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }
        text.Append("Content-Length: ").Append(body.Length.ToString(CultureInfo.InvariantCulture)).Append("\r\n\r\n");
        return [.. Encoding.UTF8.GetBytes(text.ToString()), .. body.Span]; // together: one packet, one TLS record
    }

    private static ReadOnlyMemory<byte> ReadBody(DirectConnection connection, HttpHead head, Uri endpoint, ref bool reusable)
    {
        if (head.Status is 204 or 304)
            return default;
        if (head.Find("Transfer-Encoding") is { } coding)
            return coding.Equals("chunked", StringComparison.OrdinalIgnoreCase) ? ReadChunks(connection, endpoint)
                : throw new IOException($"The gateway's answer is in transfer coding '{coding}'.");
        if (head.Find("Content-Length") is not { } announced)
        {
            reusable = false;
            return ReadToEnd(connection, endpoint);
        }
        if (!long.TryParse(announced, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            throw new IOException($"The gateway's answer has length '{announced}'.");
        if (length > AwsJsonClient.MaxAnswer)
            throw new AnswerTooLongException(endpoint);
        var body = new byte[length];
        ReadExactly(connection, body);
        return body;
    }

    private static ReadOnlyMemory<byte> ReadChunks(DirectConnection connection, Uri endpoint)
    {
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            var line = ReadLine(connection);
            var size = line.AsSpan();
            if (size.IndexOf(';') is var extension and >= 0)
                size = size[..extension];
            if (!int.TryParse(size.Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length < 0)
                throw new IOException("The gateway's answer has a chunk without a length.");
            if (length == 0)
                break;
            if (length > AwsJsonClient.MaxAnswer - body.WrittenCount)
                throw new AnswerTooLongException(endpoint);
            ReadExactly(connection, body.GetSpan(length)[..length]);
            body.Advance(length);
            if (ReadLine(connection).Length != 0)
                throw new IOException("The gateway's answer has a chunk of another length than it says.");
        }
        for (var trailers = 0; ReadLine(connection).Length > 0; trailers++)
            if (trailers == MaxLine)
                throw new IOException("The gateway's answer does not end.");
        return body.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> ReadToEnd(DirectConnection connection, Uri endpoint)
    {
        var body = new ArrayBufferWriter<byte>(ReadSize);
        while (true)
        {
            var count = connection.Read(body.GetSpan(ReadSize));
            if (count == 0)
                return body.WrittenMemory;
            if (count > AwsJsonClient.MaxAnswer - body.WrittenCount)
                throw new AnswerTooLongException(endpoint);
            body.Advance(count);
        }
    }

    private static void ReadExactly(DirectConnection connection, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = connection.Read(buffer);
            if (count == 0)
                throw new IOException("The gateway closed the connection in the middle of its answer.");
            buffer = buffer[count..];
        }
    }

    private static string ReadLine(DirectConnection connection)
    {
        var line = new StringBuilder();
        while (line.Length < MaxLine)
        {
            var next = connection.ReadByte();
            if (next < 0)
                throw new IOException("The gateway closed the connection in the middle of its answer.");
            if (next == '\n')
                return line.Length > 0 && line[^1] == '\r' ? line.ToString(0, line.Length - 1) : line.ToString();
            line.Append((char)next);
        }
        throw new IOException($"The gateway's answer has a line of more than {MaxLine} characters.");
    }
}
