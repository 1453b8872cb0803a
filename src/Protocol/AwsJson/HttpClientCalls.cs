using System.Buffers;
using System.Net.Http.Headers;

namespace Postern.Protocol.AwsJson;

/// <summary>Calls through an HTTP client. Apart from <see cref="AwsJsonClient"/>, so that a program that calls in another way never loads one.</summary>
internal sealed class HttpClientCalls(HttpClient http)
{
    private const int ReadSize = 16 * 1024;

    public async Task<AwsAnswer> SendAsync(Uri endpoint, IReadOnlyList<KeyValuePair<string, string>> headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ReadOnlyMemoryContent(body) };
        foreach (var (name, value) in headers)
        {
            if (name == AwsJsonClient.HostHeader) message.Headers.Host = value;
            else if (name == AwsJsonClient.ContentTypeHeader) message.Content.Headers.ContentType = new MediaTypeHeaderValue(value);
            else message.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        return new AwsAnswer((int)response.StatusCode, response.ReasonPhrase, await ReadAsync(response, endpoint, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, Uri endpoint, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > AwsJsonClient.MaxAnswer) throw new AnswerTooLongException(endpoint);
        var body = new ArrayBufferWriter<byte>(ReadSize);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var read = await stream.ReadAsync(body.GetMemory(ReadSize), cancellationToken).ConfigureAwait(false);
            if (read == 0) return body.WrittenMemory;
            if (body.WrittenCount + read > AwsJsonClient.MaxAnswer) throw new AnswerTooLongException(endpoint);
            body.Advance(read);
        }
    }
}
