using System.Diagnostics;
using System.Security.Cryptography;
using Postern.Protocol.SigV4;

namespace Postern.Tests.SigV4;

public sealed class NodeKeyTests
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private static RSA PublicKey(Vector vector)
    {
        var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(vector.PublicKey), out _);
        return key;
    }

    private static SignatureError? Check(SignableRequest request, RSA key, Vector vector)
    {
        if (!SigV4Verifier.TryParse(request, out var claims, out var error)) return error;
        return SigV4Verifier.VerifyRsa(request, claims, key, vector.Region, vector.Service, vector.Now, Tolerance);
    }

    [Fact]
    public void A_request_signed_elsewhere_with_a_node_key_is_accepted()
    {
        using var key = PublicKey(Vector.NodeKey);
        var request = Vector.NodeKey.Signed();

        Assert.True(SigV4Verifier.TryParse(request, out var claims, out _));
        Assert.Equal("mi-0123456789abcdef0", claims.AccessKeyId);
        Assert.Equal(Vector.NodeKey.CanonicalRequest, CanonicalRequest.Build(request, claims.SignedHeaders, "ssm"));
        Assert.Null(Check(request, key, Vector.NodeKey));
    }

    [Fact]
    public void A_changed_request_or_signature_is_refused()
    {
        using var key = PublicKey(Vector.NodeKey);
        var vector = Vector.NodeKey;
        var request = vector.Signed();

        Assert.NotNull(Check(request with { Method = "PUT" }, key, vector));
        Assert.NotNull(Check(request with { Path = "/x" }, key, vector));
        Assert.NotNull(Check(request with { Query = "a=1" }, key, vector));
        Assert.NotNull(Check(request with { BodyHash = Vector.HashOf("{}") }, key, vector));
        for (var i = 0; i < request.Headers.Count; i++)
        {
            var (name, value) = request.Headers[i];
            if (name == "Transfer-Encoding") continue; // not signed by the stock agent
            var headers = request.Headers.ToList();
            headers[i] = new(name, name == "Authorization" ? value.Replace("Signature=", "Signature=A") : value + "x");
            Assert.True(Check(request with { Headers = headers }, key, vector) is not null, $"accepted with another {name}");
        }
    }

    [Fact]
    public void A_signature_of_another_key_or_none_at_all_is_refused()
    {
        using var other = RSA.Create(2048);
        var request = Vector.NodeKey.Signed();
        Assert.True(SigV4Verifier.TryParse(request, out var claims, out _));

        Assert.Contains("public key this node registered", Check(request, other, Vector.NodeKey)?.Message);
        Assert.NotNull(SigV4Verifier.VerifyRsa(request, claims with { Signature = "not base64!" }, other, "us-east-1", "ssm", Vector.NodeKey.Now, Tolerance));
        Assert.NotNull(SigV4Verifier.VerifyRsa(request, claims with { Signature = "AAAA" }, other, "us-east-1", "ssm", Vector.NodeKey.Now, Tolerance));
    }

    [Fact]
    public void A_shared_secret_does_not_pass_for_a_node_key()
    {
        using var key = PublicKey(Vector.NodeKey);
        var hmac = Vector.Named("start session");

        Assert.NotNull(Check(hmac.Signed(), key, hmac));
    }

    [Fact]
    public void What_our_nodes_sign_our_gateway_accepts()
    {
        using var key = RSA.Create(2048);
        var (request, _) = SignFresh(key);

        Assert.Null(Check(request, key, Vector.NodeKey));
    }

    [Fact]
    public async Task What_our_nodes_sign_openssl_accepts()
    {
        Assert.SkipUnless(FindOnPath("openssl") is not null, "openssl is not installed");
        using var key = RSA.Create(2048);
        var (request, claims) = SignFresh(key);
        var folder = Directory.CreateTempSubdirectory("postern-sigv4-");
        try
        {
            string File(string name) => Path.Combine(folder.FullName, name);
            await System.IO.File.WriteAllTextAsync(File("key.pem"), key.ExportSubjectPublicKeyInfoPem());
            await System.IO.File.WriteAllBytesAsync(File("signature"), Convert.FromBase64String(claims.Signature));
            await System.IO.File.WriteAllTextAsync(File("text"), CanonicalRequest.StringToSign(request, claims.SignedHeaders, claims.Scope, claims.Date));
            var start = new ProcessStartInfo("openssl", ["dgst", "-sha256", "-verify", File("key.pem"), "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32", "-signature", File("signature"), File("text")])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var openssl = Process.Start(start)!;
            var output = await openssl.StandardOutput.ReadToEndAsync();
            await openssl.WaitForExitAsync();

            Assert.Equal("Verified OK", output.Trim());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (SignableRequest, SignatureClaims) SignFresh(RSA key)
    {
        var vector = Vector.NodeKey;
        List<KeyValuePair<string, string>> headers = [new("Host", "h:8443"), new("Content-Type", "application/x-amz-json-1.1"), new("X-Amz-Target", "AmazonSSM.RequestManagedInstanceRoleToken")];
        var request = new SignableRequest { Method = "POST", Path = "/", Headers = headers, BodyHash = Vector.HashOf(vector.Body) };
        var signed = request with { Headers = [.. headers, .. SigV4Signer.SignRsa(request, vector.KeyId, key, vector.Region, vector.Service, vector.Now)] };
        Assert.True(SigV4Verifier.TryParse(signed, out var claims, out _));
        return (signed, claims);
    }

    private static string? FindOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
