using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Postern.Protocol.SigV4;

namespace Postern.Tests.SigV4;

/// <summary>A request signed by botocore: tests/vectors/sigv4.</summary>
public sealed record Vector
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public required string Name { get; init; }
    public string Form { get; init; } = "header";
    public string Secret { get; init; } = "";
    public required string KeyId { get; init; }
    public string? Token { get; init; }
    public required string Region { get; init; }
    public required string Service { get; init; }
    public required DateTimeOffset Now { get; init; }
    public required string Method { get; init; }
    public required string Path { get; init; }
    public required string Query { get; init; }
    public string UnsignedQuery { get; init; } = "";
    public required string[][] Headers { get; init; }
    public required string Body { get; init; }
    public required string CanonicalRequest { get; init; }
    public required string StringToSign { get; init; }
    public string PublicKey { get; init; } = "";
    /// <summary>Whether our signer picks the same headers as botocore did.</summary>
    public bool Signable { get; init; }
    public int Expires { get; init; }

    public static IReadOnlyList<Vector> Botocore { get; } = Load<List<Vector>>("botocore.json");
    public static Vector NodeKey { get; } = Load<Vector>("node-key.json");

    public static TheoryData<string> Names(Func<Vector, bool> which) => [.. Botocore.Where(which).Select(vector => vector.Name)];

    public static Vector Named(string name) => Botocore.Single(vector => vector.Name == name);

    /// <summary>As it went over the wire, signature and all.</summary>
    public SignableRequest Signed() => new()
    {
        Method = Method,
        Path = Path,
        Query = Query,
        Headers = [.. Headers.Select(header => KeyValuePair.Create(header[0], header[1]))],
        BodyHash = HashOf(Body),
    };

    public AwsCredentials Credentials() => new(KeyId, Secret, Token);

    public static string HashOf(string body) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));

    public override string ToString() => Name;

    private static T Load<T>(string file) =>
        JsonSerializer.Deserialize<T>(File.ReadAllText(System.IO.Path.Combine(AppContext.BaseDirectory, "vectors", "sigv4", file)), Options)!;
}
