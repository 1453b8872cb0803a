namespace Postern.Protocol.SigV4;

/// <summary>The parameters of a presigned request, decoded but not checked.</summary>
internal sealed record QueryClaims
{
    public string? Algorithm { get; private set; }
    public string? Credential { get; private set; }
    public string? Date { get; private set; }
    public string? Expires { get; private set; }
    public string? SignedHeaders { get; private set; }
    public string? SecurityToken { get; private set; }
    public string? Signature { get; private set; }
    /// <summary>A parameter that came twice.</summary>
    public string? Repeated { get; private set; }

    /// <summary>Whether the request claims to be presigned at all.</summary>
    public bool Present => Algorithm is not null || Credential is not null || Signature is not null;

    public static QueryClaims Read(string query)
    {
        var claims = new QueryClaims();
        foreach (var (name, value) in CanonicalUri.Split(query)) claims.Take(CanonicalUri.DecodeText(name), value);
        return claims;
    }

    private void Take(string name, string value)
    {
        switch (name)
        {
            case SigV4Terms.QueryAlgorithm: Algorithm = Once(Algorithm, name, value); break;
            case SigV4Terms.QueryCredential: Credential = Once(Credential, name, value); break;
            case SigV4Terms.Date: Date = Once(Date, name, value); break;
            case SigV4Terms.QueryExpires: Expires = Once(Expires, name, value); break;
            case SigV4Terms.QuerySignedHeaders: SignedHeaders = Once(SignedHeaders, name, value); break;
            case SigV4Terms.SecurityToken: SecurityToken = Once(SecurityToken, name, value); break;
            case SigV4Terms.QuerySignature: Signature = Once(Signature, name, value); break;
        }
    }

    private string Once(string? current, string name, string value)
    {
        if (current is not null) Repeated = name;
        return CanonicalUri.DecodeText(value);
    }
}
