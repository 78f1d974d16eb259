# Tries from this server what @@ENVIRONMENT@@ allows and what it must not allow, and prints a result as JSON between two marks.
# Made by `wsus-egress probe`; give the result to `wsus-egress probe --read`. PowerShell 5.1 or later, no modules, no rights of an
# administrator. It opens connections and sends GET / or a TLS hello; it changes nothing.
# A block is decided only beside a control: an answer to a listed name from the same address in the same run.
param(
    [string]$Output = '',
    [int]$ConnectMilliseconds = 5000,
    [int]$AnswerMilliseconds = 8000,
    [int]$Tries = 2
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$policy = '@@POLICY@@'
$environment = '@@ENVIRONMENT@@'
$server = '@@SERVER@@'
# id, kind (tls, http, udp), name sent (empty: none), host to connect to, port, expectation (pass, block)
$tests = @(
@@TESTS@@
)

$addresses = @{}
function Find-Address([string]$Name) {
    if (-not $addresses.ContainsKey($Name)) {
        $found = ''
        try {
            foreach ($each in [Net.Dns]::GetHostAddresses($Name)) {
                if ($each.AddressFamily -eq [Net.Sockets.AddressFamily]::InterNetwork) { $found = $each.ToString(); break }
            }
        } catch { $found = '' }
        $addresses[$Name] = $found
    }
    return $addresses[$Name]
}

function Get-Code($Problem) {
    $inner = $Problem
    while ($null -ne $inner) {
        if ($inner -is [Net.Sockets.SocketException]) { return 'socket-' + $inner.ErrorCode }
        $inner = $inner.InnerException
    }
    return $Problem.GetBaseException().GetType().Name
}

function New-Outcome([string]$Outcome, [string]$Detail, [string]$Issuer) {
    return @{ outcome = $Outcome; detail = $Detail; issuer = $Issuer }
}

function Open-Connection([string]$Address, [int]$Port) {
    $client = New-Object Net.Sockets.TcpClient
    $wait = $client.BeginConnect($Address, $Port, $null, $null)
    if (-not $wait.AsyncWaitHandle.WaitOne($ConnectMilliseconds)) { $client.Close(); return $null }
    $client.EndConnect($wait)
    $client.ReceiveTimeout = $AnswerMilliseconds
    $client.SendTimeout = $AnswerMilliseconds
    return $client
}

function Test-Tls([string]$Address, [int]$Port, [string]$Name) {
    $client = $null
    $tls = $null
    try {
        $client = Open-Connection $Address $Port
        if ($null -eq $client) { return New-Outcome 'blocked' 'connect-timeout' '' }
        # No callback: it would run where there is no runspace. A certificate that is not trusted came from the far end all the same.
        $tls = New-Object Net.Security.SslStream($client.GetStream(), $false)
        $target = $Name
        if ($target -eq '') { $target = $Address }
        $tls.AuthenticateAsClient($target, $null, [Security.Authentication.SslProtocols]::Tls12, $false)
        return New-Outcome 'passed' 'certificate' $tls.RemoteCertificate.Issuer
    } catch {
        $last = $_.Exception.GetBaseException()
        if ($last -is [Security.Authentication.AuthenticationException]) { return New-Outcome 'passed' 'certificate-not-trusted' '' }
        if ($last -is [ComponentModel.Win32Exception] -and -not ($last -is [Net.Sockets.SocketException])) {
            # A TLS alert is an answer, from the far end or from something in between.
            return New-Outcome 'undecided' ('tls-' + $last.NativeErrorCode) ''
        }
        return New-Outcome 'blocked' (Get-Code $_.Exception) ''
    } finally {
        if ($null -ne $tls) { $tls.Dispose() }
        if ($null -ne $client) { $client.Close() }
    }
}

function Test-Http([string]$Address, [int]$Port, [string]$Name) {
    $client = $null
    try {
        $client = Open-Connection $Address $Port
        if ($null -eq $client) { return New-Outcome 'blocked' 'connect-timeout' '' }
        $hostHeader = $Name
        if ($hostHeader -eq '') { $hostHeader = $Address }
        $request = [Text.Encoding]::ASCII.GetBytes("GET / HTTP/1.1`r`nHost: $hostHeader`r`nUser-Agent: wsus-egress-probe`r`nConnection: close`r`n`r`n")
        $stream = $client.GetStream()
        $stream.Write($request, 0, $request.Length)
        $buffer = New-Object byte[] 512
        $count = $stream.Read($buffer, 0, $buffer.Length)
        if ($count -eq 0) { return New-Outcome 'blocked' 'closed' '' }
        $line = ([Text.Encoding]::ASCII.GetString($buffer, 0, $count) -split "`r?`n")[0]
        if ($line -notmatch '^HTTP/1\.[01] ([0-9]{3})') { return New-Outcome 'undecided' 'not-http' '' }
        # 470 is what Azure Firewall answers for a name that no rule allows; 407 is a proxy's.
        if ($Matches[1] -eq '470') { return New-Outcome 'blocked' 'status-470' '' }
        if ($Matches[1] -eq '407') { return New-Outcome 'undecided' 'status-407' '' }
        return New-Outcome 'passed' ('status-' + $Matches[1]) ''
    } catch {
        return New-Outcome 'blocked' (Get-Code $_.Exception) ''
    } finally {
        if ($null -ne $client) { $client.Close() }
    }
}

function Test-Udp([string]$Address, [int]$Port) {
    # A QUIC long header of an unknown version: a QUIC server must answer it (RFC 9000, 6.1). Silence decides nothing.
    $client = $null
    try {
        $client = New-Object Net.Sockets.UdpClient
        $client.Client.ReceiveTimeout = $AnswerMilliseconds
        $client.Connect($Address, $Port)
        $packet = New-Object byte[] 1200
        $packet[0] = 0xC0; $packet[1] = 0x1A; $packet[2] = 0x2A; $packet[3] = 0x3A; $packet[4] = 0x4A
        $packet[5] = 8; $packet[14] = 8
        [void]$client.Send($packet, $packet.Length)
        $from = New-Object Net.IPEndPoint([Net.IPAddress]::Any, 0)
        [void]$client.Receive([ref]$from)
        return New-Outcome 'passed' 'answer' ''
    } catch {
        return New-Outcome 'undecided' (Get-Code $_.Exception) ''
    } finally {
        if ($null -ne $client) { $client.Close() }
    }
}

$proxy = ''
try {
    [void][Reflection.Assembly]::LoadWithPartialName('Microsoft.UpdateServices.Administration')
    $settings = [Microsoft.UpdateServices.Administration.AdminProxy]::GetUpdateServer().GetConfiguration()
    if ($settings.UseProxy) { $proxy = $settings.ProxyName + ':' + $settings.ProxyServerPort }
} catch { $proxy = '' }

$results = @()
foreach ($test in $tests) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $address = Find-Address $test.connect
    $result = New-Outcome 'undecided' 'not-tried' ''
    if ($proxy -ne '') { $result = New-Outcome 'undecided' 'wsus-uses-a-proxy' '' }
    elseif ($address -eq '') {
        $result = New-Outcome 'blocked' 'name-not-resolved' ''
    } else {
        $try = 0
        do {
            if ($try -gt 0) { Start-Sleep -Seconds 1 }
            if ($test.kind -eq 'tls') { $result = Test-Tls $address $test.port $test.name }
            elseif ($test.kind -eq 'http') { $result = Test-Http $address $test.port $test.name }
            else { $result = Test-Udp $address $test.port }
            $try = $try + 1
        } while ($result.outcome -ne 'passed' -and $test.expect -eq 'pass' -and $try -lt $Tries)
    }
    $results += @{
        id = $test.id; address = $address; outcome = $result.outcome; detail = $result.detail
        issuer = $result.issuer; ms = [int]$clock.ElapsedMilliseconds
    }
}

$whole = @{
    version = 1; policy = $policy; environment = $environment; server = $server; host = [Environment]::MachineName
    time = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ'); powershell = $PSVersionTable.PSVersion.ToString()
    language = $ExecutionContext.SessionState.LanguageMode.ToString(); proxy = $proxy; tests = @($results)
}
$json = ConvertTo-Json -InputObject $whole -Compress -Depth 6
if ($Output -ne '') { [IO.File]::WriteAllText($Output, $json, (New-Object Text.UTF8Encoding $false)) }
'-----BEGIN WSUS EGRESS PROBE-----'
$json
'-----END WSUS EGRESS PROBE-----'
