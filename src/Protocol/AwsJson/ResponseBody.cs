using System.Buffers;
using System.Text.Json;

namespace Postern.Protocol.AwsJson;

/// <summary>Reads the body of an answer, never more than <see cref="MaxLength"/> of it.</summary>
internal static class ResponseBody
{
    /// <summary>Bytes. The longest true answer is a page of documents; a peer that sends more is not an AWS JSON service.</summary>
    public const int MaxLength = 4 * 1024 * 1024;
    private const int ReadSize = 16 * 1024;

    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, string operation, Uri endpoint, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > MaxLength) throw TooLong(operation, endpoint);
        var body = new ArrayBufferWriter<byte>(ReadSize);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var read = await stream.ReadAsync(body.GetMemory(ReadSize), cancellationToken).ConfigureAwait(false);
            if (read == 0) return body.WrittenMemory;
            if (body.WrittenCount + read > MaxLength) throw TooLong(operation, endpoint);
            body.Advance(read);
        }
    }

    public static TResponse Parse<TRequest, TResponse>(ReadOnlyMemory<byte> body, AwsOperation<TRequest, TResponse> operation, Uri endpoint)
    {
        try
        {
            // Some services answer an operation without output with no body at all.
            return JsonSerializer.Deserialize(body.IsEmpty ? "{}"u8 : body.Span, operation.Response)
                ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException error)
        {
            throw new UnusableAnswerException(HttpRequestError.InvalidResponse,
                $"{endpoint} answered {operation.Name} with something that is not its JSON ({error.Message}). Check that this address is an AWS Systems Manager endpoint.", error);
        }
    }

    private static UnusableAnswerException TooLong(string operation, Uri endpoint) => new(HttpRequestError.ConfigurationLimitExceeded,
        $"{endpoint} answered {operation} with more than {MaxLength} bytes. Check that this address is an AWS Systems Manager endpoint.");
}

/// <summary>An answer that came whole over a good connection and still makes no sense: asking again would not help.</summary>
internal sealed class UnusableAnswerException(HttpRequestError error, string message, Exception? inner = null) : HttpRequestException(error, message, inner);
