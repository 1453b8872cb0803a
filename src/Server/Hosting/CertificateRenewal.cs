namespace Postern.Server.Hosting;

/// <summary>Looks after the server certificate while the gateway runs.</summary>
internal sealed class CertificateRenewal(ServerCertificate certificate, TimeProvider time, ILogger<CertificateRenewal> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (certificate.Refresh())
                    log.CertificateRenewed(certificate.Current.TargetCertificate.NotAfter.ToUniversalTime());
            }
            catch (Exception e) when (e is StartupException or IOException or UnauthorizedAccessException)
            {
                log.CertificateNotRenewed(e.Message); // the one in use stays; the next hour tries again
            }
        }
    }
}
