using Postern.Protocol.SigV4;

namespace Postern.Tests.SigV4;

public sealed class TamperingTests
{
    public static TheoryData<string> All => Vector.Names(_ => true);
    public static TheoryData<string> HeaderForm => Vector.Names(vector => vector.Form == "header");
    public static TheoryData<string> QueryForm => Vector.Names(vector => vector.Form == "query");

    private static void AssertRefused(Vector vector, SignableRequest request, string what)
    {
        SignatureError? error = null;
        var refused = !SigV4Verifier.TryParse(request, out var claims, out error)
            || (error = SigV4Verifier.Verify(request, claims, vector.Secret, vector.Region, vector.Service, vector.Now, TimeSpan.FromMinutes(5))) is not null;
        Assert.True(refused, $"{vector.Name}: accepted with another {what}");
        Assert.DoesNotContain(vector.Secret, error!.Message);
    }

    private static SignableRequest WithHeader(SignableRequest request, int index, string value)
    {
        var headers = request.Headers.ToList();
        headers[index] = new(headers[index].Key, value);
        return request with { Headers = headers };
    }

    [Theory, MemberData(nameof(All))]
    public void Another_method_path_query_or_body_is_refused(string name)
    {
        var vector = Vector.Named(name);
        var request = vector.Signed();

        AssertRefused(vector, request with { Method = "PUT" }, "method");
        AssertRefused(vector, request with { Path = request.Path + "x" }, "path");
        AssertRefused(vector, request with { Query = request.Query.Length == 0 ? "a=1" : request.Query + "&zz=1" }, "query");
        AssertRefused(vector, request with { BodyHash = Vector.HashOf(vector.Body + " ") }, "body");
    }

    [Theory, MemberData(nameof(All))]
    public void Any_query_parameter_changed_or_taken_away_is_refused(string name)
    {
        var vector = Vector.Named(name);
        var parts = vector.Query.Split('&', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            var changed = parts.ToArray();
            changed[i] += parts[i].Contains('=') ? "1" : "=1";
            AssertRefused(vector, vector.Signed() with { Query = string.Join('&', changed) }, parts[i]);
            AssertRefused(vector, vector.Signed() with { Query = string.Join('&', parts.Where((_, n) => n != i)) }, $"query without {parts[i]}");
        }
        Assert.Equal(vector.Query, string.Join('&', parts));
    }

    [Theory, MemberData(nameof(All))]
    public void Any_signed_header_changed_taken_away_or_repeated_is_refused(string name)
    {
        var vector = Vector.Named(name);
        var request = vector.Signed();
        Assert.True(SigV4Verifier.TryParse(request, out var claims, out _));
        for (var i = 0; i < request.Headers.Count; i++)
        {
            var (key, value) = request.Headers[i];
            if (!claims.SignedHeaders.Contains(key.ToLowerInvariant())) continue;
            AssertRefused(vector, WithHeader(request, i, value + "x"), key);
            AssertRefused(vector, request with { Headers = [.. request.Headers, new(key, value + "y")] }, $"second {key}");
            if (value.Length > 0) AssertRefused(vector, request with { Headers = [.. request.Headers.Where((_, n) => n != i)] }, $"headers without {key}");
        }
    }

    [Theory, MemberData(nameof(HeaderForm))]
    public void Any_character_of_the_authorization_header_changed_is_refused(string name)
    {
        var vector = Vector.Named(name);
        var request = vector.Signed();
        var index = request.Headers.ToList().FindIndex(header => header.Key == "Authorization");
        var authorization = request.Headers[index].Value;
        // The key id chooses the secret; it is no part of what is signed.
        var keyId = authorization.IndexOf(vector.KeyId, StringComparison.Ordinal);
        for (var i = 0; i < authorization.Length; i++)
        {
            if (i >= keyId && i < keyId + vector.KeyId.Length || char.IsWhiteSpace(authorization[i])) continue;
            var changed = authorization[..i] + (authorization[i] == '0' ? '1' : '0') + authorization[(i + 1)..];
            AssertRefused(vector, WithHeader(request, index, changed), $"Authorization at {i}");
        }
    }

    [Theory, MemberData(nameof(QueryForm))]
    public void A_longer_life_than_signed_is_refused(string name)
    {
        var vector = Vector.Named(name);
        var longer = vector.Query.Replace($"X-Amz-Expires={vector.Expires}", "X-Amz-Expires=604799");

        Assert.NotEqual(vector.Query, longer);
        AssertRefused(vector, vector.Signed() with { Query = longer }, "life");
    }
}
