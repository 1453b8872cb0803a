using System.Buffers;
using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;

namespace Postern.Server.Api;

/// <summary>Reads a request body whole, with or without Content-Length, up to a limit. Memory is taken as bytes arrive, not as they are promised.</summary>
internal static class BoundedBody
{
    /// <summary>Largest body of any request, bytes.</summary>
    public const int MaxSize = 256 * 1024;

    /// <exception cref="AwsErrorException">The body is too large or broken off.</exception>
    public static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var result = await request.BodyReader.ReadAsync(cancellationToken);
                if (result.Buffer.Length > MaxSize)
                {
                    request.BodyReader.AdvanceTo(result.Buffer.End); // Kestrel reads on to the end of the body, within its own limit
                    throw TooLarge();
                }
                if (result.IsCompleted)
                {
                    var body = result.Buffer.ToArray();
                    request.BodyReader.AdvanceTo(result.Buffer.End);
                    return body;
                }
                request.BodyReader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            }
        }
        catch (BadHttpRequestException e)
        {
            throw e.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLarge()
                : new AwsErrorException("ValidationException", $"The request body cannot be read: {e.Message}", e.StatusCode);
        }
    }

    private static AwsErrorException TooLarge()
        => new("RequestEntityTooLargeException", $"The request body is larger than {MaxSize} bytes.", StatusCodes.Status413PayloadTooLarge);
}
